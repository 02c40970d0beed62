"""Mailing: mails of the outbox are composed the moment they are sent, a few over one connection, each recorded at once."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from secrets import SystemRandom

import structlog

from outgoing.post import MailRefused, NotOffered, Post, Result, Visit
from services import database, mails
from services.mails import LeasedMail
from worker.composing import Composer
from worker.rounds import FAREWELL_SECONDS, GRACE_SECONDS, repeat

POLL_SECONDS = 0.5
AT_ONCE = 5
"""Mails leased together, to be sent over one connection."""

ONE_MAIL_SECONDS = 30.0
"""More than any mail takes: with less of the lease left none is begun, since others might send it too."""

_OUR_FAULT = MailRefused("It could not be written, by a fault on our side.", for_good=False)
_BROKEN_OFF = MailRefused("It was broken off, and is left to the next worker.", for_good=False)
_ADDRESS = re.compile(r"\S+@\S+")
_chance = SystemRandom().random
_log = structlog.get_logger()


class Mailing:
    """Sends what lies in the outbox. A mail server that is away delays it and loses nothing."""

    def __init__(self, post: Post, composer: Composer) -> None:
        self._post = post
        self._composer = composer
        self._patience: asyncio.Timeout | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop; a mail that is being sent then is given its time, and else its lease ends."""
        rounds = asyncio.create_task(repeat("mailing", partial(self._round, stop), stop))
        try:
            await stop.wait()
            if self._patience is not None:
                self._patience.reschedule(asyncio.get_running_loop().time() + GRACE_SECONDS)
            await asyncio.wait({rounds}, timeout=GRACE_SECONDS + FAREWELL_SECONDS)
        finally:
            rounds.cancel()
            await asyncio.gather(rounds, return_exceptions=True)

    async def _round(self, stop: asyncio.Event) -> float:
        """What is not offered, since the server is in trouble or we are to stop, is given back."""
        until = time.monotonic() + mails.LEASE.total_seconds() - ONE_MAIL_SECONDS
        left, results = await mails.lease(AT_ONCE, _now()), list[Result]()
        if not left:
            return POLL_SECONDS
        async with self._post.visit() as visit:
            while left and not stop.is_set() and time.monotonic() < until:
                result = await self._sent(visit, left[0])
                if isinstance(result, NotOffered):
                    break
                results.append(result)
                del left[0]
        if left:
            await _record(partial(mails.release, left, _now()))
        _tell(results)
        return 0 if None in results else POLL_SECONDS

    async def _sent(self, visit: Visit, mail: LeasedMail) -> Result:
        """Written down before the next one is begun: what the server has taken is never sent again for want of that."""
        try:
            async with asyncio.timeout(None) as self._patience:
                result = await self._handed_over(visit, mail)
        except TimeoutError:  # told to stop; nobody knows how far it came
            return _BROKEN_OFF
        finally:
            self._patience = None
        if result is None:
            _log.info("mail sent", mail=str(mail.id), kind=mail.kind)
            await _record(partial(mails.sent, mail, _now()))
        elif isinstance(result, MailRefused):
            failed = partial(mails.failed, mail, result.reason, for_good=result.for_good)
            await _record(partial(failed, now=_now(), chance=_chance()))
        return result

    async def _handed_over(self, visit: Visit, mail: LeasedMail) -> Result:
        """One that cannot be written or sent, by a fault of ours, keeps no other from being sent."""
        try:
            return await visit.hand_over(self._composed(mail))
        except Exception as fault:  # noqa: BLE001  # told, and tried again later
            _log.error("mail not composed", mail=str(mail.id), kind=mail.kind, exc_info=fault)
            return _OUR_FAULT

    def _composed(self, mail: LeasedMail) -> EmailMessage:
        return self._composer.compose(mail, _now())


async def _record(change: Callable[[], Awaitable[None]]) -> None:
    """A database that is away is waited for; meanwhile nothing more is sent."""

    async def once() -> None:
        try:
            await change()
        except Exception as fault:
            if database.is_away(fault):
                raise
            _log.error("mail not recorded", exc_info=fault)

    await repeat("recording mails", once, asyncio.Event())


def _tell(results: Sequence[Result]) -> None:
    refused = [result for result in results if isinstance(result, MailRefused) and result is not _OUR_FAULT]
    if refused:
        # A mail server's words may repeat whom the mail was for, which is no business of a log.
        reason = _ADDRESS.sub("…", refused[0].reason)
        _log.warning("mails not taken", count=len(refused), reason=reason, for_good=refused[0].for_good)


def _now() -> datetime:
    return datetime.now(UTC)
