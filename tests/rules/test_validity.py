"""The order of states, over every combination of facts, and what is announced when."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.validity import EXPIRING_FOR, Status, announcements, changes_at, verdict
from tests.rules.facts import Facts

NOW = datetime(2026, 3, 15, 10, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("expires_at", "status"),
    [(None, "never_expires"), (NOW + TICK, "valid"), (NOW, "expired"), (NOW - TICK, "expired")],
)
def test_time_decides_where_nothing_else_does(expires_at: datetime | None, status: Status) -> None:
    found = verdict(Facts(expires_at, revoked_at=None, renewed=False), NOW)
    assert (found.status, found.valid) == (status, status != "expired")


@pytest.mark.parametrize(("expires_at", "renewed"), [*product([None, NOW - TICK, NOW + TICK], [True, False])])
def test_revoked_outweighs_everything(*, expires_at: datetime | None, renewed: bool) -> None:
    found = verdict(Facts(expires_at, revoked_at=NOW, renewed=renewed), NOW)
    assert (found.status, found.valid) == ("revoked", False)


@pytest.mark.parametrize("expires_at", [None, NOW - TICK, NOW + TICK])
def test_renewed_outweighs_expiry(expires_at: datetime | None) -> None:
    found = verdict(Facts(expires_at, revoked_at=None, renewed=True), NOW)
    assert (found.status, found.valid) == ("renewed", False)


@pytest.mark.parametrize(
    ("left", "due"),
    [
        (EXPIRING_FOR + TICK, ()),
        (EXPIRING_FOR, ("expiring",)),
        (TICK, ("expiring",)),
        (timedelta(), ("expiring", "expired")),
        (-EXPIRING_FOR, ("expiring", "expired")),
    ],
)
def test_what_is_due_to_be_announced(left: timedelta, due: tuple[str, ...]) -> None:
    assert announcements(NOW + left, NOW) == due


def test_what_never_expires_is_never_announced() -> None:
    assert announcements(None, NOW) == ()


@settings(derandomize=True, deadline=None)
@given(st.timedeltas(-timedelta(days=99), timedelta(days=99)), st.timedeltas(timedelta(), timedelta(days=99)))
def test_time_only_adds_announcements_and_they_agree_with_the_state(left: timedelta, later: timedelta) -> None:
    expires_at = NOW + left
    due, due_later = announcements(expires_at, NOW), announcements(expires_at, NOW + later)
    assert due_later[: len(due)] == due
    state = verdict(Facts(expires_at, revoked_at=None, renewed=False), NOW)
    assert ("expired" in due) == (state.status == "expired")


ends = st.none() | st.timedeltas(-timedelta(days=9), timedelta(days=9)).map(lambda left: NOW + left)


@settings(derandomize=True, deadline=None)
@given(st.builds(Facts, ends, st.none() | st.just(NOW), st.booleans()), st.timedeltas(timedelta(), timedelta(days=30)))
def test_time_changes_a_verdict_at_that_moment_and_at_no_other(facts: Facts, later: timedelta) -> None:
    present, until, moment = verdict(facts, NOW), changes_at(facts, NOW), NOW + later
    assert (verdict(facts, moment) == present) == (until is None or moment < until)
    if until is not None:
        assert until > NOW
        assert verdict(facts, until - TICK) == present != verdict(facts, until)
