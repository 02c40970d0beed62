"""Delivering: what is due is leased, sent and recorded, endpoint by endpoint, so that none waits for another."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from outgoing.client import NotTried, Outgoing
from rules import deliveries
from rules.deliveries import Attempt
from services import database, delivery_queue
from services.delivery_queue import Due, Leased
from services.keyring import Keyring, Unreadable
from worker.attempts import attempt
from worker.pacing import Pacing
from worker.recording import Recording
from worker.rounds import FAREWELL_SECONDS, GRACE_SECONDS, repeat, rest
from worker.turns import turn

POLL_SECONDS = 0.25
ASIDE_SECONDS = 10.0
"""For how long an endpoint is left alone whose deliveries cannot be prepared."""

_ENDPOINTS = 100
_log = structlog.get_logger()


class Delivering:
    """Keeps as many deliveries under way as the pace of their endpoints allows."""

    def __init__(self, outgoing: Outgoing, keyring: Keyring, schedule: Sequence[timedelta]) -> None:
        self._outgoing = outgoing
        self._keyring = keyring
        self._pacing = Pacing()
        self._recording = Recording(schedule, self._done_with)
        self._sending: dict[asyncio.Task[Attempt | None], Leased] = {}
        self._aside: dict[UUID, float] = {}
        self._freed = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; then finish what is under way, or give it back where that takes too long."""
        recording = asyncio.create_task(self._recording.run())
        try:
            await repeat("delivering", self._round, stop)
            await self._take_leave()
        finally:
            recording.cancel()
            await asyncio.gather(recording, return_exceptions=True)

    async def _round(self) -> float:
        """Visit each endpoint that has something due and room for it, organizations in turn, the longest overdue first.

        But what was sent is written down first: after an outage its leases may have ended, and it would be sent again.
        """
        if self._recording.is_behind:
            return POLL_SECONDS
        self._freed.clear()
        passed = self._pacing.without_room() | self._left_alone()
        begun = 0
        while not self._pacing.is_full():
            due = await delivery_queue.due_webhooks(datetime.now(UTC), passed, _ENDPOINTS)
            with_room = [one for one in due if self._pacing.room(one.webhook_id, one.organization_id)]
            visited = turn(with_room)
            for one in visited:
                begun += await self._begin(one)
            passed.update({one.webhook_id for one in due} - {one.webhook_id for one in with_room})
            passed.update(one.webhook_id for one in visited)
            if len(visited) == len(with_room) and len(due) < _ENDPOINTS:
                break
        if not begun:
            await rest(POLL_SECONDS, self._freed)
        return 0

    async def _begin(self, due: Due) -> int:
        room = self._pacing.room(due.webhook_id, due.organization_id)
        if not room or self._recording.is_behind:
            return 0
        known = self._recording.held()
        try:
            leased = await delivery_queue.lease(due.webhook_id, room, datetime.now(UTC), self._keyring)
        except Exception as fault:
            if database.is_away(fault):
                raise
            self._leave_alone(due.webhook_id, fault)
            return 0
        wanted = [one for one in leased if one.id not in known]
        for one in wanted:
            self._send(one, due.organization_id)
        return len(wanted)

    def _send(self, leased: Leased, organization_id: UUID) -> None:
        self._pacing.begin(leased.webhook_id, organization_id)
        sending = asyncio.create_task(self._attempt(leased))
        self._sending[sending] = leased
        sending.add_done_callback(self._sent)

    async def _attempt(self, leased: Leased) -> Attempt | None:
        """None where there was no way to try: the delivery is due again when its lease ends, and no failure is counted."""
        try:
            return await attempt(self._outgoing, leased)
        except NotTried as reason:
            _log.warning("delivery put off", delivery=str(leased.id), reason=str(reason))
            return None

    def _sent(self, sending: asyncio.Task[Attempt | None]) -> None:
        leased = self._sending.pop(sending)
        if sending.cancelled():
            return
        if (made := sending.result()) is not None:
            self._recording.add(leased, made)
        else:
            self._pacing.forgo(leased.webhook_id)
            self._freed.set()

    def _done_with(self, leased: Leased, made: Attempt) -> None:
        succeeded = deliveries.is_success(made.status)
        self._pacing.end(leased.webhook_id, delivered=succeeded, seconds=made.duration_ms / 1000)
        self._freed.set()

    def _leave_alone(self, webhook_id: UUID, fault: Exception) -> None:
        """It is told now, and again when the endpoint's next turn fails."""
        self._aside[webhook_id] = time.monotonic() + ASIDE_SECONDS
        known = isinstance(fault, Unreadable)
        _log.error("endpoint left alone", webhook=str(webhook_id), reason=str(fault), exc_info=None if known else fault)

    def _left_alone(self) -> set[UUID]:
        now = time.monotonic()
        self._aside = {webhook_id: until for webhook_id, until in self._aside.items() if until > now}
        return set(self._aside)

    async def _take_leave(self) -> None:
        """What is not sent when the grace ends is given back, and due at once for another worker."""
        if self._sending:
            await asyncio.wait(set(self._sending), timeout=GRACE_SECONDS)
        unsent = dict(self._sending)
        for sending in unsent:
            sending.cancel()
        await asyncio.gather(*unsent, return_exceptions=True)
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                if given_back := [leased for sending, leased in unsent.items() if sending.cancelled()]:
                    await delivery_queue.release(given_back, datetime.now(UTC))
                await self._recording.until_nothing_is_left()
        except Exception as fault:  # noqa: BLE001  # whatever is in the way: the leases end by themselves
            _log.warning("deliveries left to the next worker", reason=str(fault)[:200] or type(fault).__name__)
