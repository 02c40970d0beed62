"""What became of deliveries is written down: all that is finished, in one transaction, and kept while that cannot be."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from secrets import SystemRandom

import structlog

from rules.deliveries import Attempt
from services import database, delivery_queue
from services.delivery_queue import Leased
from worker.rounds import repeat

Finished = tuple[Leased, Attempt]
_chance = SystemRandom().random
_log = structlog.get_logger()


class Recording:
    """Takes finished attempts, writes down as many as there are at a time, and says of each when it is done with it."""

    def __init__(self, schedule: Sequence[timedelta], done_with: Callable[[Leased, Attempt], None]) -> None:
        self._schedule = schedule
        self._done_with = done_with
        self._finished: list[Finished] = []
        self._news = asyncio.Event()
        self._nothing_left = asyncio.Event()
        self._nothing_left.set()

    def add(self, leased: Leased, attempt: Attempt) -> None:
        """An attempt is finished."""
        self._finished.append((leased, attempt))
        self._news.set()
        self._nothing_left.clear()

    async def run(self) -> None:
        """Write down what comes until cancelled."""
        await repeat("recording deliveries", self._round, asyncio.Event())

    async def until_nothing_is_left(self) -> None:
        """Returns when everything that was added is written down."""
        await self._nothing_left.wait()

    async def _round(self) -> float:
        await self._news.wait()
        batch, self._finished = self._finished, []
        try:
            await self._settle(batch)
        except Exception as fault:
            if database.is_away(fault):
                self._finished = batch + self._finished
                raise
            await self._settle_one_by_one(batch)
        if not self._finished:
            self._news.clear()
            self._nothing_left.set()
        return 0

    async def _settle(self, batch: Sequence[Finished]) -> None:
        for disabled in await delivery_queue.settle(batch, self._schedule, _chance, datetime.now(UTC)):
            _log.warning("webhook disabled", webhook=str(disabled.webhook_id), reason=disabled.reason)
        for leased, attempt in batch:
            self._done_with(leased, attempt)

    async def _settle_one_by_one(self, batch: Sequence[Finished]) -> None:
        """One that cannot be recorded, by a fault of ours, must not keep the others from it: it is sent again later."""
        for leased, attempt in batch:
            try:
                await self._settle([(leased, attempt)])
            except Exception as fault:  # noqa: BLE001  # told, and the lease will end
                _log.error("delivery not recorded", delivery=str(leased.id), exc_info=fault)
                self._done_with(leased, attempt)
