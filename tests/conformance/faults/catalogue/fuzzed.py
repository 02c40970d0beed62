"""Faults that Schemathesis notices at every operation: what is broken everywhere, each in one way."""

from http import HTTPStatus

from tests.conformance.faults.breaking import EVERY, Condition, Seen, answers, crash, error, reshape, status
from tests.conformance.faults.fault import Ground, fault
from tests.conformance.faults.messages import Json


def of_status(*codes: int) -> Condition:
    """The answer has one of these statuses."""
    return lambda seen: seen.reply.status in codes


def counting_seconds(told: Json, _seen: Seen) -> Json:
    """Every instant is a number, as a clock of Unix counts."""
    return _altered(told, "")


def _altered(value: Json, name: str) -> Json:
    if isinstance(value, dict):
        return {member: _altered(each, member) for member, each in value.items()}
    if isinstance(value, list):
        return [_altered(each, name) for each in value]
    return 1_767_225_600 if name.endswith("_at") and isinstance(value, str) else value


FAULTS = (
    fault(
        "refusals-crash",
        "Whatever is wrong with a request or is not there ends in a fault of the server's own.",
        "contract",
        answers(EVERY, crash, when=of_status(404, 422)),
        ground=Ground.FUZZED,
    ),
    fault(
        "strangers-forbidden",
        "Whoever has no key is answered 403 instead of 401.",
        "contract",
        answers(EVERY, error(HTTPStatus.FORBIDDEN, "forbidden"), status=401),
        ground=Ground.FUZZED,
    ),
    fault(
        "success-of-another-kind",
        "Every success has a status that the contract does not declare.",
        "contract",
        answers(EVERY, status(203), when=of_status(200, 202)),
        ground=Ground.FUZZED,
    ),
    fault(
        "instants-as-numbers",
        "Every instant is a number of seconds.",
        "contract",
        answers(EVERY, reshape(counting_seconds)),
        ground=Ground.FUZZED,
    ),
)
