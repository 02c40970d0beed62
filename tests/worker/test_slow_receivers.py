"""Receivers that take their time, on real sockets: they hold up neither each other's academy nor any other."""

import asyncio
import statistics
import time
from datetime import UTC, datetime
from uuid import UUID

import pytest

from outgoing.client import Outgoing
from rules import retries
from services import events, organizations, webhooks
from services.callers import Caller
from tests.outgoing.receivers import OK, OPEN, Conduct, receiving, repeats, says
from tests.worker.at_work import until
from tests.worker.conftest import KEYRING, Outbox
from worker import delivering
from worker.delivering import Delivering


def answers_after(seconds: float) -> Conduct:
    """A receiver that takes so long to say that all is well."""

    async def conduct(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        writer.write(OK)
        await writer.drain()

    return conduct


async def another_academy(url: str) -> UUID:
    """With an endpoint of its own."""
    now = datetime.now(UTC)
    other = await organizations.create(name="Other Academy", email="office@example.com", now=now)
    await webhooks.create(Caller(other.id), webhooks.Wanted(url), KEYRING, now)
    return other.id


@pytest.mark.parametrize(
    "conduct", [repeats(OPEN, b".", 0.1), answers_after(1.5), answers_after(14)], ids=["drips", "slow", "very slow"]
)
async def test_fifty_slow_endpoints_of_one_academy_do_not_delay_another(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, conduct: Conduct
) -> None:
    monkeypatch.setattr(delivering, "GRACE_SECONDS", 0.1)
    stop, outgoing = asyncio.Event(), Outgoing(allow_private=True)
    async with receiving(conduct) as slow, receiving(says(OK)) as good:
        for number in range(50):
            await outbox.endpoint(f"{slow.url}/{number}")
        await outbox.happen(20)
        other = await another_academy(good.url)
        working = asyncio.create_task(Delivering(outgoing, KEYRING, retries.schedule("5s,5m")).run(stop))

        async def crowded() -> bool:
            return slow.connections >= 100

        await until(crowded)
        took = []
        for count in range(1, 9):
            began = time.monotonic()
            await events.send_test(Caller(other), datetime.now(UTC))

            async def arrived(count: int = count) -> bool:
                return len(good.seen) >= count

            await until(arrived)
            took.append(time.monotonic() - began)
            await asyncio.sleep(0.3)  # so that slow ones have answered meanwhile, and been judged
        stop.set()
        await asyncio.wait_for(working, 10)
    # Held up behind slow ones, they take as long as those do, one after the other; a loaded machine delays one or two.
    assert statistics.median(took) < 2
