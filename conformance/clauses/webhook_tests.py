"""Webhooks, the test: an event about nothing, to see whether events arrive."""

from typing import Any

from ..clause import must
from ..deliveries import SECONDS, expect_described, expect_signed, expect_told
from ..findings import NotPossible, require
from ..trial import Trial

WEBHOOKS = "/api/v1/webhooks"
RARE = ["certificate.expired"]


@must(
    "webhooks/test",
    "reference/webhooks/test",
    "rulings/webhooks/test-answer",
    "rulings/webhooks/test-event",
    "openapi.yaml#/paths/~1api~1v1~1webhooks~1test/post",
)
def test(trial: Trial) -> None:
    """A test answers 202, and sends every enabled endpoint, whatever it has chosen, an event about no real certificate."""
    on, off = (trial.stage.new_endpoint(name, events=RARE) for name in ("tested", "untested"))
    trial.academy.post(f"{WEBHOOKS}/{off['id']}/disable").expect(200)
    before = _enabled(trial)
    answer = trial.academy.post(f"{WEBHOOKS}/test")
    if answer.status == 429:
        raise NotPossible("the tests that an organization has in a minute are used up")
    answer.expect(202).expect_described()
    event_id, count = answer.member("data.id"), answer.member("data.endpoints")
    after = _enabled(trial)
    require(min(before, after) <= count <= max(before, after), f"`endpoints` is {count}; {after} are enabled.", answer)
    what = "the event of the test"
    received = trial.receiver.wait("tested", lambda each: each.message_id == event_id, SECONDS, what=what)
    expect_told(received)
    expect_described(trial, received, "TestEvent")
    expect_signed(received, on["secret"])
    trial.public.get(f"/api/v1/verify/{received.code}").expect_error("not_found")
    require(not trial.receiver.received("untested"), "A disabled endpoint was sent something.", answer)
    for each in (on, off):
        trial.academy.delete(f"{WEBHOOKS}/{each['id']}")


def _enabled(trial: Trial) -> int:
    listed: list[dict[str, Any]] = trial.academy.get(WEBHOOKS).expect(200).expect_described().member("data")
    return sum(each["enabled"] for each in listed)
