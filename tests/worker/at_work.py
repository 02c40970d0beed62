"""A worker that delivers, and receivers that answer it as a test wants."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from models import DeliveryAttempt
from outgoing.client import Outgoing, Received
from rules import retries
from services.keyring import Keyring
from tests.worker.conftest import KEYRING, Outbox
from worker.delivering import Delivering

Entry = MutableMapping[str, Any]
OK = Received(200, None, b"thanks")
Answer = Callable[[str], Awaitable[Received]]
ORDINARY = {"mail sent", "delivery failed"}


def alarming(logs: Sequence[Entry]) -> list[Entry]:
    """What was logged besides the ordinary course of things."""
    return [entry for entry in logs if entry["event"] not in ORDINARY]


class Receivers:
    """Whatever answers at the other end; what came there is kept."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.came: list[tuple[str, Mapping[str, str], bytes]] = []
        self.at_once = self.most_at_once = 0

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Received:
        """As the outgoing client does it."""
        self.came.append((url, headers, body))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._answer(url)
        finally:
            self.at_once -= 1


async def thankful(_url: str) -> Received:
    return OK


async def silent(_url: str) -> Received:
    await asyncio.Event().wait()
    raise AssertionError


@asynccontextmanager
async def working(receivers: Receivers, keyring: Keyring = KEYRING) -> AsyncIterator[None]:
    """A worker delivers meanwhile, and is ended gently."""
    stop = asyncio.Event()
    worker = Delivering(cast("Outgoing", receivers), keyring, retries.schedule("5s,5m"))
    task = asyncio.create_task(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():
            await asyncio.sleep(0.01)


def are(outbox: Outbox, *statuses: str) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return await outbox.statuses() == sorted(statuses)

    return ask


def attempts_are(count: int) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return await DeliveryAttempt.all().count() == count

    return ask
