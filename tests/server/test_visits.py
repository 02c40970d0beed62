"""A visit is counted in the same way with and without waiting, alone and with others."""

from collections.abc import AsyncIterator, Iterator

import pytest

from rules.errors import Refused
from rules.rates import Rate
from server.budgets import Budgets, Rates, Visit
from server.limits import Limits
from services.api_keys import Usage
from tests import valkey

HEADERS = (b"x-ratelimit-limit", b"x-ratelimit-remaining", b"x-ratelimit-reset")
SCOPE = {"type": "http", "client": ("203.0.113.9", 4711), "headers": []}


@pytest.fixture(scope="module")
def server() -> Iterator[valkey.Server]:
    running = valkey.start()
    yield running
    running.stop()


@pytest.fixture(params=["alone", "shared"])
async def limits(request: pytest.FixtureRequest, server: valkey.Server) -> AsyncIterator[Limits]:
    if request.param == "shared":
        server.kill()
        server.start()
    made = Limits.at(server.url if request.param == "shared" else None, patience=10)
    yield made
    await made.close()


def budgets(limits: Limits, *, public: Rate | None = None, misses: Rate | None = None) -> Budgets:
    return Budgets(limits, Rates(api=None, public=public, misses=misses, webhook_tests=None), (), Usage())


async def refused(visit: Visit, *, looks_up_codes: bool = True) -> int | None:
    """After how many seconds one may come again; None for who is let in."""
    try:
        await visit.as_public(looks_up_codes=looks_up_codes)
    except Refused as refusal:
        return refusal.retry_after if refusal.code == "rate_limited" else -1
    return None


def told(visit: Visit) -> list[int]:
    headers = visit.headers()
    assert tuple(name for name, _ in headers) in {HEADERS, ()}
    return [int(value) for _, value in headers]


async def test_a_visit_is_told_the_public_standing_and_refused_by_it(limits: Limits) -> None:
    asked = budgets(limits, public=Rate(2, 60), misses=Rate(3, 3600))
    visits = [asked.visit(SCOPE) for _ in range(3)]
    assert [await refused(visit) for visit in visits] == [None, None, 60]
    assert [told(visit) for visit in visits] == [[2, 1, 60], [2, 0, 60], [2, 0, 60]]


async def test_who_missed_too_often_is_told_that_and_counted_nevertheless(limits: Limits) -> None:
    asked = budgets(limits, public=Rate(3, 60), misses=Rate(1, 3600))
    await asked.visit(SCOPE).count_miss()
    missing, other = asked.visit(SCOPE), asked.visit(SCOPE)
    assert await refused(missing) == 3600
    assert told(missing) == [1, 0, 3600]
    assert await refused(other, looks_up_codes=False) is None
    assert told(other) == [3, 1, 60]
    with pytest.raises(Refused):
        await asked.visit(SCOPE).count_miss()


async def test_who_may_not_ask_at_all_is_not_told_of_misses(limits: Limits) -> None:
    asked = budgets(limits, public=Rate(1, 60), misses=Rate(1, 3600))
    await asked.visit(SCOPE).as_public(looks_up_codes=True)
    await asked.visit(SCOPE).count_miss()
    visit = asked.visit(SCOPE)
    assert await refused(visit) == 60
    assert told(visit) == [1, 0, 60]


async def test_misses_that_somebody_else_counted_count(limits: Limits, server: valkey.Server) -> None:
    other = limits if limits.alone else Limits.at(server.url, patience=10)
    await budgets(other, misses=Rate(1, 3600)).visit(SCOPE).count_miss()
    visit = budgets(limits, public=Rate(2, 60), misses=Rate(1, 3600)).visit(SCOPE)
    assert await refused(visit) == 3600
    assert told(visit) == [1, 0, 3600]
    await other.close()


@pytest.mark.parametrize("misses", [None, Rate(1, 3600)])
async def test_without_a_limit_nothing_is_told(limits: Limits, misses: Rate | None) -> None:
    visits = [budgets(limits, misses=misses).visit(SCOPE) for _ in range(3)]
    assert [await refused(visit) for visit in visits] == [None] * 3
    assert [told(visit) for visit in visits] == [[]] * 3


async def test_only_who_counts_alone_counts_without_waiting(limits: Limits) -> None:
    asked = budgets(limits, public=Rate(2, 60), misses=Rate(3, 3600))
    visit = asked.visit(SCOPE)
    assert visit.counted_as_public(looks_up_codes=True) is limits.alone
    assert told(visit) == ([2, 1, 60] if limits.alone else [])
    await asked.visit(SCOPE).as_public(looks_up_codes=True)
    last = asked.visit(SCOPE)
    if limits.alone:
        with pytest.raises(Refused):
            last.counted_as_public(looks_up_codes=True)
        assert told(last) == [2, 0, 60]
    else:
        assert last.counted_as_public(looks_up_codes=True) is False
        assert await refused(last) is None
