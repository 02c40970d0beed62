"""Rounds go on: an outage is told once and waited out, a fault of ours is told each time and outlived."""

import asyncio

import pytest
from structlog.testing import capture_logs

from worker import rounds
from worker.rounds import repeat


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "FAULT_SECONDS", 0.001)


async def logs_of(course: list[Exception | float | None]) -> list[tuple[str, str]]:
    """What is logged while rounds go so, the last one being told to stop."""
    stop, left = asyncio.Event(), [*course]

    async def make_round() -> float | None:
        outcome = left.pop(0)
        if not left:
            stop.set()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with capture_logs() as logs:
        await asyncio.wait_for(repeat("working", make_round, stop), 5)
    return [(entry["log_level"], entry["event"]) for entry in logs]


async def test_an_outage_is_told_once() -> None:
    away = ConnectionRefusedError("away")
    told = ("warning", "working waits for the database")
    assert await logs_of([0, away, TimeoutError(), away, 0]) == [told]
    assert await logs_of([away, 0, away, away]) == [told, told]


async def test_a_fault_of_ours_is_told_each_time_and_does_not_end_it() -> None:
    assert await logs_of([ValueError(), 0, KeyError()]) == [("error", "working failed")] * 2


async def test_a_fault_between_two_outages_makes_them_two() -> None:
    levels = [level for level, _ in await logs_of([TimeoutError(), ValueError(), TimeoutError()])]
    assert levels == ["warning", "error", "warning"]


async def test_a_last_round_is_the_last() -> None:
    rounds_made = 0

    async def only_one() -> None:
        nonlocal rounds_made
        rounds_made += 1

    await asyncio.wait_for(repeat("working", only_one, asyncio.Event()), 5)
    assert rounds_made == 1


async def test_a_pause_ends_when_it_is_told_to_stop() -> None:
    stop, began = asyncio.Event(), asyncio.Event()

    async def make_round() -> float:
        began.set()
        return 3600

    repeating = asyncio.create_task(repeat("working", make_round, stop))
    await began.wait()
    stop.set()
    await asyncio.wait_for(repeating, 1)


async def test_rounds_that_follow_at_once_let_others_go_first() -> None:
    stop = asyncio.Event()

    async def make_round() -> float:
        return 0

    asyncio.get_running_loop().call_later(0.01, stop.set)
    await asyncio.wait_for(repeat("working", make_round, stop), 5)
