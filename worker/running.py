"""The worker: delivering, mailing and announcing side by side until it is told to stop, and then ended gently."""

import asyncio
from dataclasses import dataclass

from worker.announcing import Announcing
from worker.delivering import Delivering
from worker.mailing import Mailing
from worker.rounds import FAREWELL_SECONDS, GRACE_SECONDS


@dataclass(frozen=True, slots=True)
class Work:
    """What the worker does."""

    delivering: Delivering
    mailing: Mailing
    announcing: Announcing


async def run(work: Work, stop: asyncio.Event) -> None:
    """Work until told to stop. Nothing new is begun then, and what is under way is given its time and no more."""
    async with asyncio.TaskGroup() as group:
        parts = {group.create_task(part.run(stop)) for part in (work.delivering, work.mailing, work.announcing)}
        await stop.wait()
        await asyncio.wait(parts, timeout=GRACE_SECONDS + FAREWELL_SECONDS)
        for part in parts:
            part.cancel()
