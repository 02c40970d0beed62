"""Announcing: what time itself brings about. Certificates expire, old rows are filled in, what is over is cleared away."""

import asyncio
from datetime import UTC, datetime

import structlog

from services import clock_jumps, delivery_queue, expiry, holder_keys, idempotency, webhook_secrets
from services.keyring import Keyring
from worker.rounds import repeat

PAUSE_SECONDS = 2.0
CLEARING_SECONDS = 60.0
FILLING_SECONDS = 0.05
"""Between two batches of rows that are brought up to date, so that whoever waits for the database has it first."""
_log = structlog.get_logger()


class Announcing:
    """Announces in batches what has fallen due; several workers at once share it, each certificate told of once."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop."""
        async with asyncio.TaskGroup() as group:
            group.create_task(repeat("announcing", _announce, stop))
            group.create_task(repeat("forgetting answers", _forget, stop))
            group.create_task(repeat("clearing away deliveries", _clear_away, stop))
            group.create_task(repeat("bringing back what a clock put off", _bring_back, stop))
            group.create_task(repeat("filling in what holders are found by", _fill, stop))
            if self._keyring.was_replaced:
                group.create_task(repeat("sealing anew", self._reseal, stop))

    async def _reseal(self) -> None:
        """Once: what lies under the previous secret key is sealed under the present one."""
        resealed = await webhook_secrets.reseal(self._keyring)
        if resealed.unreadable:
            remedy = "set TRUECERTA_SECRET_KEY_PREVIOUS to the key that sealed them, or rotate them"
            _log.error("webhook secrets cannot be read", webhooks=resealed.unreadable, remedy=remedy)
        else:
            _log.info("secrets sealed anew", webhooks=resealed.renewed)


async def _announce() -> float:
    now = datetime.now(UTC)
    announced = (await expiry.announce_expiring(now), await expiry.announce_expired(now))
    return 0 if expiry.BATCH in announced else PAUSE_SECONDS


async def _forget() -> float:
    return 0 if await idempotency.forget(datetime.now(UTC)) else CLEARING_SECONDS


async def _clear_away() -> float:
    return 0 if await delivery_queue.clear_away() else CLEARING_SECONDS


async def _bring_back() -> float:
    return 0 if await clock_jumps.bring_back(datetime.now(UTC)) else CLEARING_SECONDS


async def _fill() -> float:
    return FILLING_SECONDS if await holder_keys.fill() else CLEARING_SECONDS
