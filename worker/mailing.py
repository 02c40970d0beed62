"""Mailing: mails of the outbox are composed the moment they are sent, a few over one connection."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage

import structlog

from outgoing.post import MailRefused, Post, Result
from services import mails
from services.mails import LeasedMail
from worker.composing import Composer
from worker.rounds import GRACE_SECONDS, repeat

POLL_SECONDS = 0.5
AT_ONCE = 5
"""Mails leased together: few enough for a slow mail server to take them all before the lease ends."""

_ADDRESS = re.compile(r"\S+@\S+")
_log = structlog.get_logger()


class Mailing:
    """Sends what lies in the outbox. A mail server that is away delays it and loses nothing."""

    def __init__(self, post: Post, composer: Composer) -> None:
        self._post = post
        self._composer = composer

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop; a mail that is being sent then is given its time, and else its lease ends."""
        rounds = asyncio.create_task(repeat("mailing", self._round, stop))
        try:
            await stop.wait()
            await asyncio.wait({rounds}, timeout=GRACE_SECONDS)
        finally:
            rounds.cancel()
            await asyncio.gather(rounds, return_exceptions=True)

    async def _round(self) -> float:
        leased = await mails.lease(AT_ONCE, _now())
        composed = [(mail, message) for mail in leased if (message := await self._composed(mail)) is not None]
        results = await self._post.send([message for _, message in composed]) if composed else []
        for (mail, _), result in zip(composed, results, strict=True):
            await _record(mail, result)
        _tell(results)
        return 0 if None in results else POLL_SECONDS

    async def _composed(self, mail: LeasedMail) -> EmailMessage | None:
        """One that cannot be written, by a fault of ours, keeps no other from being sent."""
        try:
            return self._composer.compose(mail, _now())
        except Exception as fault:  # noqa: BLE001  # told, and tried again later
            _log.error("mail not composed", mail=str(mail.id), kind=mail.kind, exc_info=fault)
            await mails.failed(mail, "It could not be written, by a fault on our side.", for_good=False, now=_now())
            return None


async def _record(mail: LeasedMail, result: Result) -> None:
    if result is None:
        await mails.sent(mail, _now())
    else:
        await mails.failed(mail, result.reason, for_good=result.for_good, now=_now())


def _tell(results: Sequence[Result]) -> None:
    refused = [result for result in results if isinstance(result, MailRefused)]
    if refused:
        # A mail server's words may repeat whom the mail was for, which is no business of a log.
        reason = _ADDRESS.sub("…", refused[0].reason)
        _log.warning("mails not taken", count=len(refused), reason=reason, for_good=refused[0].for_good)


def _now() -> datetime:
    return datetime.now(UTC)
