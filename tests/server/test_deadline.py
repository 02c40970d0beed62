"""Whoever waits for the database hears in time that it is late, once, and what is under way ends by itself."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from rules.rates import Rate
from server.answering import Sender
from server.budgets import Budgets, Rates
from server.deadline import Deadline, Watch, WatchedDeadline
from server.errors import Head, Reply
from server.limits import Limits
from server.logs import REQUEST_ID
from server.operations import Operation
from services.api_keys import Usage

OPERATION: Any = type("Public", (), {"lasting": Head.of([(b"cache-control", b"no-store")])})
NO_RATES = Rates(api=None, public=Rate(5, 60), misses=None, webhook_tests=None)


async def _answered(event: asyncio.Event) -> str:
    await event.wait()
    return "done"


async def test_what_ends_in_time_is_answered_and_nobody_is_told() -> None:
    told: list[str] = []
    deadline = WatchedDeadline(Watch(), lambda: told.append("late"), 60)
    event = asyncio.Event()
    event.set()
    assert await deadline.within(_answered(event)) == "done"
    assert told == []


async def test_what_is_late_is_told_at_once_and_ends_by_itself() -> None:
    told, event = asyncio.Event(), asyncio.Event()
    deadline = WatchedDeadline(Watch(), told.set, 0.01)
    waiting = asyncio.create_task(deadline.within(_answered(event)))
    await asyncio.wait_for(told.wait(), 5)
    assert not waiting.done()
    event.set()
    with pytest.raises(TimeoutError):
        await waiting


async def test_the_time_is_that_of_all_work_together() -> None:
    told, event = asyncio.Event(), asyncio.Event()
    deadline = WatchedDeadline(Watch(), told.set, 0)
    waiting = asyncio.create_task(deadline.within(_answered(event)))
    await asyncio.wait_for(told.wait(), 5)
    event.set()
    with pytest.raises(TimeoutError):
        await waiting


async def test_many_are_watched_by_one_and_each_hears_of_his_own_end() -> None:
    watch, told, events = Watch(), [], [asyncio.Event() for _ in range(20)]

    def telling(number: int) -> Callable[[], None]:
        return lambda: told.append(number)

    deadlines = [WatchedDeadline(watch, telling(number), 60 if number % 2 else 0.01) for number in range(20)]
    waiting = [asyncio.create_task(one.within(_answered(event))) for one, event in zip(deadlines, events, strict=True)]
    while len(told) < 10:
        await asyncio.sleep(0.01)
    for event in events:
        event.set()
    ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert told == list(range(0, 20, 2))
    assert [isinstance(one, TimeoutError) for one in ended] == [number % 2 == 0 for number in range(20)]


async def test_a_fault_in_telling_one_keeps_nothing_from_those_who_come_later() -> None:
    watch, event, told = Watch(), asyncio.Event(), asyncio.Event()
    loop, faults = asyncio.get_running_loop(), list[object]()
    loop.set_exception_handler(lambda _, about: faults.append(about["exception"]))

    def fail() -> None:
        raise OSError(28, "No space left on device")

    first = asyncio.create_task(WatchedDeadline(watch, fail, 0.01).within(_answered(event)))
    while not faults:
        await asyncio.sleep(0.01)
    second = asyncio.create_task(WatchedDeadline(watch, told.set, 0.01).within(_answered(event)))
    await asyncio.wait_for(told.wait(), 5)
    event.set()
    ended = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(one) for one in ended] == [TimeoutError, TimeoutError]


async def test_who_is_late_is_told_in_his_own_context() -> None:
    watch, event, told = Watch(), asyncio.Event(), dict[str, str | None]()

    async def request(name: str) -> None:
        REQUEST_ID.set(name)
        deadline = WatchedDeadline(watch, lambda: told.update({name: REQUEST_ID.get()}), 0.01)
        with pytest.raises(TimeoutError):
            await deadline.within(_answered(event))

    waiting = [asyncio.create_task(request(name)) for name in ("first", "second")]
    while len(told) < len(waiting):
        await asyncio.sleep(0.01)
    event.set()
    await asyncio.gather(*waiting)
    assert told == {"first": "first", "second": "second"}


async def test_a_fault_of_late_work_is_its_own() -> None:
    told = asyncio.Event()

    async def fail() -> None:
        await told.wait()
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # it has no message
        await WatchedDeadline(Watch(), told.set, 0.01).within(fail())


async def test_without_anybody_to_tell_the_wait_itself_ends() -> None:
    event = asyncio.Event()
    with pytest.raises(TimeoutError):
        await Deadline(0.01).within(_answered(event))
    event.set()


async def test_the_first_answer_is_sent_and_no_other() -> None:
    sent: list[Any] = []
    first = asyncio.Event()

    async def send(message: Any) -> None:  # noqa: ANN401  # ASGI's own
        sent.append(message)
        if message["type"] == "http.response.body":
            first.set()

    budgets = Budgets(Limits.at(None), NO_RATES, (), Usage())
    scope = {"type": "http", "method": "GET", "headers": [], "client": ("192.0.2.1", 1)}
    visit = budgets.visit(scope)
    operation: Operation = OPERATION
    sender = Sender(scope, send, operation, visit)
    sender.late()
    await asyncio.wait_for(first.wait(), 5)
    await sender.send(Reply(200, b"{}"))
    assert [message.get("status") for message in sent] == [503, None]
    assert (b"cache-control", b"no-store") in sent[0]["headers"]
    assert dict(sent[0]["headers"])[b"retry-after"]
