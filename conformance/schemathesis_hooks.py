"""What a contract cannot say in JSON Schema, told to Schemathesis, which loads this module into its own process.

Valid data has to be valid indeed before a refusal of it is a finding: an `issued_at` must lie in the past, a cursor be
a day of the calendar, and an `Idempotency-Key` be new with each request.
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
UNAUTHORIZED = 401

EARLIEST = datetime(1970, 1, 3)  # noqa: DTZ001  # the strategy adds the offset; two days leave room for every one
LATEST = datetime(2026, 1, 1)  # noqa: DTZ001  # fixed, so that a seed means the same tomorrow
A_DAY = 24 * 60 - 1
ACCEPTABLE_KEY = re.compile(r" *[!-~][ -~]{0,254}")
"""A little more than the contract takes, so that a key that it refuses is at worst replaced by one that it takes."""
WRITTEN_YEARS = range(1969, 2202)
"""In these an instant fits the contract's pattern; its offset may put it outside of what is taken."""

answers: Counter[tuple[str, int]] = Counter()


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


@schemathesis.hook
def before_load_schema(_context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    """A cursor is a plain string in the contract, so that no client parses it; its values are instants all the same."""
    cursor = raw_schema.get("components", {}).get("schemas", {}).get("Cursor")
    if cursor is not None:
        cursor["format"] = "date-time"


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case[Any], _kwargs: dict[str, Any]) -> None:
    """Keys are used once, and nothing is issued on a day that has not come or that no server counts."""
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and ACCEPTABLE_KEY.fullmatch(key):
        case.headers["Idempotency-Key"] = key.strip()[:200] + uuid.uuid4().hex
    if isinstance(case.body, dict) and is_out_of_reach(case.body.get("issued_at")):
        case.body = {**case.body, "issued_at": "2025-12-31T23:59:59Z"}


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
    _context: schemathesis.HookContext, failure: Failure, _case: schemathesis.Case[Any], response: schemathesis.Response
) -> bool:
    """A valid request with somebody else's key, or none at all, is refused rightly."""
    ours = f"Bearer {os.environ.get(KEY_VARIABLE)}"
    refused = isinstance(failure, RejectedPositiveData) and response.status_code == UNAUTHORIZED
    return not (refused and response.request.headers.get("Authorization") != ours)


@schemathesis.hook
def after_call(
    _context: schemathesis.HookContext, case: schemathesis.Case[Any], response: schemathesis.Response
) -> None:
    """Every answer is counted, by operation and status."""
    name = case.operation.definition.raw.get("operationId", case.operation.label)
    answers[name, response.status_code] += 1


def write_answers(file: Path) -> None:
    """The count as JSON: operation, status, how often."""
    rows = [[operation, status, times] for (operation, status), times in sorted(answers.items())]
    file.write_text(json.dumps(rows), encoding="utf-8")


if ANSWERS_VARIABLE in os.environ:
    atexit.register(write_answers, Path(os.environ[ANSWERS_VARIABLE]))
