"""What became of deliveries is written down: all that is finished, in one transaction, and kept while that cannot be."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from secrets import SystemRandom
from uuid import UUID

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
        self._held: set[UUID] = set()
        self.is_behind = False
        """Whether something waits since the database could not take it: nothing more is to be sent before."""
        self._news = asyncio.Event()
        self._nothing_left = asyncio.Event()
        self._nothing_left.set()

    def add(self, leased: Leased, attempt: Attempt) -> None:
        """An attempt is finished."""
        self._finished.append((leased, attempt))
        self._held.add(leased.id)
        self._news.set()
        self._nothing_left.clear()

    def held(self) -> set[UUID]:
        """The deliveries of which the database does not know yet what became."""
        return set(self._held)

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
            await self._settle_whatever_can_be(batch)
        except Exception:  # the database is away
            self._finished = [one for one in batch if one[0].id in self._held] + self._finished
            self.is_behind = True
            raise
        self.is_behind = False
        if not self._finished:
            self._news.clear()
            self._nothing_left.set()
        return 0

    async def _settle_whatever_can_be(self, batch: Sequence[Finished]) -> None:
        try:
            await self._settle(batch)
        except Exception as fault:
            if database.is_away(fault):
                raise
            await self._settle_one_by_one(batch)

    async def _settle(self, batch: Sequence[Finished]) -> None:
        for disabled in await delivery_queue.settle(batch, self._schedule, _chance, datetime.now(UTC)):
            _log.warning("webhook disabled", webhook=str(disabled.webhook_id), reason=disabled.reason)
        for leased, attempt in batch:
            if attempt.error is not None:
                _log.info(
                    "delivery failed", webhook=str(leased.webhook_id), delivery=str(leased.id), reason=attempt.error
                )
            self._leave(leased, attempt)

    def _leave(self, leased: Leased, attempt: Attempt) -> None:
        self._held.discard(leased.id)
        self._done_with(leased, attempt)

    async def _settle_one_by_one(self, batch: Sequence[Finished]) -> None:
        """One that cannot be recorded, by a fault of ours, must not keep the others from it: it is sent again later."""
        for leased, attempt in batch:
            try:
                await self._settle([(leased, attempt)])
            except Exception as fault:
                if database.is_away(fault):
                    raise
                _log.error("delivery not recorded", delivery=str(leased.id), exc_info=fault)
                self._leave(leased, attempt)
