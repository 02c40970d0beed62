"""Turns: in order, lane after lane, and refused early rather than kept waiting in vain."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.turns import NoTurnError, Turns


@given(lanes=st.lists(st.integers(min_value=0, max_value=2), min_size=1, max_size=12), data=st.data())
def test_turns_come_one_at_a_time_in_the_order_of_lanes(lanes: list[int], data: st.DataObject) -> None:
    """Also when some leave before their turn, at whatever moment."""
    leaving = data.draw(st.sets(st.sampled_from(range(len(lanes)))))

    async def run() -> list[int]:
        turns, had = Turns(60, (99, 99, 99)), list[int]()
        go = asyncio.Event()

        async def held() -> None:
            async with turns.turn():
                await go.wait()

        async def one(number: int) -> None:
            async with turns.turn(lanes[number]):
                had.append(number)
                await asyncio.sleep(0)
                assert had[-1] == number

        first = asyncio.create_task(held())
        await asyncio.sleep(0)
        tasks = [asyncio.create_task(one(number)) for number in range(len(lanes))]
        await asyncio.sleep(0)
        go.set()
        for number in leaving:
            tasks[number].cancel()
        await asyncio.gather(first, *tasks, return_exceptions=True)
        assert turns.under_way == 0
        return had

    had = asyncio.run(run())
    assert set(had) >= set(range(len(lanes))) - leaving
    assert had == sorted(had, key=lambda number: (lanes[number], number))


async def test_a_turn_that_comes_as_one_leaves_goes_to_the_next() -> None:
    turns = Turns(60, (9,))
    go = asyncio.Event()

    async def one() -> str:
        async with turns.turn():
            await go.wait()
            return "had it"

    tasks = [asyncio.create_task(one()) for _ in range(3)]
    await asyncio.sleep(0)
    go.set()
    await tasks[0]  # by now the turn is that of the second, which has not noticed yet
    tasks[1].cancel()
    assert await tasks[2] == "had it"
    assert turns.under_way == 0


async def test_who_would_wait_too_long_is_refused_at_once() -> None:
    turns = Turns(1.0, (99,))
    waiting, refused = await crowd(turns, 30)
    assert len(waiting) == 11  # one has its turn, and by the first guess a second is as long as ten
    assert {fault.seconds for fault in refused} == {2}
    await over(waiting)


async def test_the_wait_is_reckoned_by_how_long_orders_took() -> None:
    turns = Turns(1.0, (99,))
    for _ in range(40):
        async with turns.turn():
            pass
    waiting, refused = await crowd(turns, 30)
    assert not refused
    await over(waiting)


async def test_one_is_always_let_in_however_long_orders_took() -> None:
    turns = Turns(0.01, (99,))
    for _ in range(2):
        async with turns.turn():
            await asyncio.sleep(0.05)
    waiting, refused = await crowd(turns, 5)
    assert len(waiting) == 2
    assert len(refused) == 3
    await over(waiting)


async def test_patience_ends_with_the_turn() -> None:
    turns = Turns(0.05, (9,))
    async with turns.turn():
        with pytest.raises(NoTurnError):
            async with turns.turn():
                raise AssertionError
    assert turns.under_way == 0


async def crowd(turns: Turns, count: int) -> tuple[list["asyncio.Task[None]"], list[NoTurnError]]:
    """Who waits of so many that come at once while nobody is done, and what the others were told."""

    async def one() -> None:
        async with turns.turn():
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(one()) for _ in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting = [task for task in tasks if not task.done()]
    faults = [task.exception() for task in tasks if task.done()]
    return waiting, [fault for fault in faults if isinstance(fault, NoTurnError)]


async def over(tasks: list["asyncio.Task[None]"]) -> None:
    """They leave."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
