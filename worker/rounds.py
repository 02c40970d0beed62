"""Rounds that go on whatever they meet: a database that is away is waited for, a fault of ours is told and outlived."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from services import database

FAULT_SECONDS = 1.0
GRACE_SECONDS = 5.0
"""How long what is under way may still take once the worker is told to stop."""

FAREWELL_SECONDS = 2.0
"""After the grace, for writing down what became of it."""

_log = structlog.get_logger()

Round = Callable[[], Awaitable[float | None]]
"""Answers after how many seconds the next round is wanted, or None when this was the last."""


async def repeat(name: str, make_round: Round, stop: asyncio.Event) -> None:
    """Make rounds until told to stop. An outage of the database is told once, any other fault each time."""
    away = False
    while not stop.is_set():
        pause: float | None = FAULT_SECONDS
        try:
            pause = await make_round()
            away = False
        except Exception as fault:  # noqa: BLE001  # the next round may do better, whatever this one met
            away = _told(name, fault, known=away)
        if pause is None:
            return
        await rest(pause, stop)


async def rest(seconds: float, unless: asyncio.Event) -> None:
    """Let time pass, but no longer than until an event."""
    await asyncio.sleep(0)  # rounds that follow at once let others go first
    if seconds:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await unless.wait()


def _told(name: str, fault: Exception, *, known: bool) -> bool:
    if not database.is_away(fault):
        _log.error(f"{name} failed", exc_info=fault)
        return False
    if not known:
        _log.warning(f"{name} waits for the database", reason=str(fault)[:200] or type(fault).__name__)
    return True
