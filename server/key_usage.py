"""When keys were last used: noted by every serving process for itself, and written down every few seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from services import database
from services.api_keys import Usage

PAUSE_SECONDS = 5.0
_log = structlog.get_logger()


@asynccontextmanager
async def written_down(usage: Usage) -> AsyncIterator[None]:
    """Meanwhile, and once more at the end, what was noted is written."""
    writing = asyncio.create_task(_keep_writing(usage))
    try:
        yield
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await _write(usage)


async def _keep_writing(usage: Usage) -> None:
    while True:
        await _write(usage)
        await asyncio.sleep(PAUSE_SECONDS)  # waits for time itself


async def _write(usage: Usage) -> None:
    try:
        await usage.flush()
    except Exception as fault:  # noqa: BLE001  # it stays noted, and the next time may do better
        if not database.is_away(fault):
            _log.error("use of keys not written down", exc_info=fault)
            return
        _log.warning("use of keys waits for the database", reason=str(fault)[:200] or type(fault).__name__)
