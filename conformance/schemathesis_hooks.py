"""What a contract cannot say in JSON Schema, told to Schemathesis, which loads this module into its own process.

Valid data has to be valid indeed before a refusal of it is a finding: an `issued_at` must lie in the past, a cursor be
a day of the calendar, an endpoint be somewhere else than in the server's own network, and an `Idempotency-Key` be new with
each request. Nor can it say who has signed a token, or whose a key is.
"""

import atexit
import json
import os
import re
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import RejectedPositiveData

KEY_VARIABLE, ANSWERS_VARIABLE = "CONFORMANCE_KEY", "CONFORMANCE_ANSWERS"
"""The environment tells the key that is in force, and the file that the count of answers goes to."""
UNAUTHORIZED, UNPROCESSABLE = 401, 422

EARLIEST = datetime(1970, 1, 3)  # noqa: DTZ001  # the strategy adds the offset; two days leave room for every one
LATEST = datetime(2026, 1, 1)  # noqa: DTZ001  # fixed, so that a seed means the same tomorrow
A_DAY = 24 * 60 - 1
ACCEPTABLE_KEY = re.compile(r" *[!-~][ -~]{0,254}")
"""A little more than the contract takes, so that a key that it refuses is at worst replaced by one that it takes."""
WRITTEN_YEARS = range(1969, 2202)
"""In these an instant fits the contract's pattern; its offset may put it outside of what is taken."""
MOMENTS = ("issued_at", "since", "until")
"""Members that are moments of the past. The last two need not be, and nothing is lost where they are."""
RECEIVERS = ("https://receiver.invalid/hooks", "https://receiver.invalid", "https://hooks.receiver.invalid:8443/?to=us")
"""Endpoints that no server finds in its own network, and no stranger can have (RFC 6761, section 6.4)."""

answers: Counter[tuple[str, int]] = Counter()
patterns: dict[str, re.Pattern[str]] = {}


@st.composite
def past_instants(draw: st.DrawFn) -> str:
    """A moment in the past as RFC 3339 allows to write it: with `Z` or any offset, in either case, however fine."""
    moment = draw(st.datetimes(EARLIEST, LATEST))
    fraction = draw(st.sampled_from(["", ".5", ".000001", ".123456", ".123456789"]))
    zone = timezone(timedelta(minutes=draw(st.integers(-A_DAY, A_DAY))))
    local = moment.replace(tzinfo=UTC, microsecond=0).astimezone(zone)
    if draw(st.booleans()):
        return moment.replace(microsecond=0).isoformat() + fraction + draw(st.sampled_from("Zz"))
    text = local.isoformat()
    return text[:19].replace("T", draw(st.sampled_from("Tt"))) + fraction + text[19:]


schemathesis.openapi.format("date-time", past_instants())


@st.composite
def delivery_cursors(draw: st.DrawFn) -> str:
    """A place in a list of deliveries, as an answer would have given it."""
    moment = draw(st.datetimes(EARLIEST, LATEST)).isoformat()
    return f"{moment}Z_{draw(st.uuids())}"


schemathesis.openapi.format("delivery-cursor", delivery_cursors())


@schemathesis.hook
def before_load_schema(_context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    """A cursor is a plain string in the contract, so that no client parses it; its values are instants all the same."""
    schemas = raw_schema.get("components", {}).get("schemas", {})
    for name, meaning in (("Cursor", "date-time"), ("DeliveryCursor", "delivery-cursor")):
        if name in schemas:
            schemas[name]["format"] = meaning
    patterns["url"] = re.compile(schemas.get("ReceiverAddress", {}).get("pattern", "^https://"))


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case[Any], _kwargs: dict[str, Any]) -> None:
    """Keys are used once, nothing happens on a day that has not come or that no server counts, nor in a private network."""
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and ACCEPTABLE_KEY.fullmatch(key):
        case.headers["Idempotency-Key"] = key.strip()[:200] + uuid.uuid4().hex
    if isinstance(case.body, dict):
        mended = {name: within_reach(name, value) for name, value in case.body.items()}
        if mended != case.body:
            case.body = mended


def within_reach(name: str, value: Any) -> Any:  # noqa: ANN401  # any JSON value
    """The value, or one like it where a server rightly refuses what no schema rules out."""
    if name in MOMENTS and is_out_of_reach(value):
        return "2025-12-31T23:59:59Z"
    if name == "url" and isinstance(value, str) and patterns["url"].fullmatch(value):
        return RECEIVERS[len(value) % len(RECEIVERS)]
    return value


def is_out_of_reach(value: object) -> bool:
    """Whether a value is a moment that no schema can rule out and every server refuses: the future, or before 1970.

    >>> [is_out_of_reach(value) for value in ("2100-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "1969-12-31T00:00:00Z")]
    [True, False, True]
    """
    try:
        moment = datetime.fromisoformat(value.upper()) if isinstance(value, str) else None
    except ValueError:
        return False
    if moment is None or moment.tzinfo is None or moment.year not in WRITTEN_YEARS:
        return False
    return not datetime(1970, 1, 1, tzinfo=UTC) <= moment <= datetime.now(UTC)


@schemathesis.hook
def filter_failure(
    _context: schemathesis.HookContext, failure: Failure, case: schemathesis.Case[Any], response: schemathesis.Response
) -> bool:
    """A valid request is refused rightly without a key of ours, and a claim with a token that looks right and is none."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    if response.status_code == UNAUTHORIZED:
        return response.request.headers.get("Authorization") == f"Bearer {os.environ.get(KEY_VARIABLE)}"
    if response.status_code == UNPROCESSABLE and operation_of(case) == "claim_certificate":
        return [detail["field"] for detail in response.json()["error"].get("details", [])] != ["token"]
    return True


@schemathesis.hook
def after_call(
    _context: schemathesis.HookContext, case: schemathesis.Case[Any], response: schemathesis.Response
) -> None:
    """Every answer is counted, by operation and status."""
    answers[operation_of(case), response.status_code] += 1


def operation_of(case: schemathesis.Case[Any]) -> str:
    """What the contract calls the operation."""
    return str(case.operation.definition.raw.get("operationId", case.operation.label))


def write_answers(file: Path) -> None:
    """The count as JSON: operation, status, how often."""
    rows = [[operation, status, times] for (operation, status), times in sorted(answers.items())]
    file.write_text(json.dumps(rows), encoding="utf-8")


if ANSWERS_VARIABLE in os.environ:
    atexit.register(write_answers, Path(os.environ[ANSWERS_VARIABLE]))
