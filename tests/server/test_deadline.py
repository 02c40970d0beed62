"""Whoever waits for the database hears in time that it is late, once, and what is under way ends by itself."""

import asyncio
from typing import Any

import pytest

from rules.rates import Rate
from server.answering import Sender
from server.budgets import Budgets, Rates
from server.deadline import Deadline
from server.errors import Head, Reply
from server.limits import Limits
from server.operations import Operation
from services.api_keys import Usage

OPERATION: Any = type("Public", (), {"lasting": Head.of([(b"cache-control", b"no-store")])})
NO_RATES = Rates(api=None, public=Rate(5, 60), misses=None, webhook_tests=None)


async def _answered(event: asyncio.Event) -> str:
    await event.wait()
    return "done"


async def test_what_ends_in_time_is_answered_and_nobody_is_told() -> None:
    told: list[str] = []
    deadline = Deadline(60, late=lambda: told.append("late"))
    event = asyncio.Event()
    event.set()
    assert await deadline.within(_answered(event)) == "done"
    assert told == []


async def test_what_is_late_is_told_at_once_and_ends_by_itself() -> None:
    told, event = asyncio.Event(), asyncio.Event()
    deadline = Deadline(0.01, late=told.set)
    waiting = asyncio.create_task(deadline.within(_answered(event)))
    await asyncio.wait_for(told.wait(), 5)
    assert not waiting.done()
    event.set()
    with pytest.raises(TimeoutError):
        await waiting


async def test_the_time_is_that_of_all_work_together() -> None:
    told, event = asyncio.Event(), asyncio.Event()
    deadline = Deadline(0.0, late=told.set)
    waiting = asyncio.create_task(deadline.within(_answered(event)))
    await asyncio.wait_for(told.wait(), 5)
    event.set()
    with pytest.raises(TimeoutError):
        await waiting


async def test_a_fault_of_late_work_is_its_own() -> None:
    told = asyncio.Event()

    async def fail() -> None:
        await told.wait()
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # it has no message
        await Deadline(0.01, late=told.set).within(fail())


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
