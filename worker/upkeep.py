"""Upkeep: marks what has expired, writes down when keys were used, forgets answers kept long enough."""

import asyncio
import contextlib
from datetime import UTC, datetime

import structlog

from services import database, expiry, idempotency
from services.api_keys import Usage

PAUSE_SECONDS = 5.0
_log = structlog.get_logger()


async def keep_up(usage: Usage) -> None:
    """Make a round now and then until cancelled; what was noted of keys is written even then."""
    try:
        while True:
            await _round(usage)
            await asyncio.sleep(PAUSE_SECONDS)  # waits for time itself
    finally:
        with contextlib.suppress(Exception):
            await usage.flush()


async def _round(usage: Usage) -> None:
    try:
        now = datetime.now(UTC)
        while await expiry.note(now) == expiry.BATCH:
            pass  # as long as there are whole batches
        await usage.flush()
        await idempotency.forget(now)
    except Exception as fault:  # noqa: BLE001  # the next round may do better, whatever this one met
        if not database.is_away(fault):
            _log.error("upkeep failed", exc_info=fault)
            return
        _log.warning("upkeep waits for the database", reason=str(fault)[:200])
