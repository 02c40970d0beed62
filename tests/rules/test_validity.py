"""The order of states, over every combination of facts."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from rules.validity import Facts, Status, verdict

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
