"""Mails as files in a folder, for installations without a mail server."""

import asyncio
import copy
import os
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

import structlog

from outgoing.post import MailRefused, Result, Visit

_UNFIT = re.compile("[^A-Za-z0-9-]")
_log = structlog.get_logger()


class FolderPost:
    """Each mail becomes a file that any mail program opens; only the service's own user can read it.

    A person reads it too: every line of its texts stands in it as it was written, so that links can be copied.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def visit(self) -> AsyncIterator[Visit]:
        """The folder is always there."""
        yield self

    async def hand_over(self, mail: EmailMessage) -> Result:
        """Write a mail; one that could not be written can be tried again."""
        return await asyncio.to_thread(self._put, mail)

    def _put(self, mail: EmailMessage) -> MailRefused | None:
        try:
            file = self._written(mail)
        except OSError as fault:
            return MailRefused(f"The mail could not be written: {fault.strerror or fault}"[:200], for_good=False)
        _log.info("mail_written", file=str(file))
        return None

    def _written(self, mail: EmailMessage) -> Path:
        """Whole or not at all: under its name the file appears once everything is in it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / _name(mail)
        handle, unfinished = tempfile.mkstemp(prefix=".", suffix=".part", dir=self._folder)  # with mode 0600
        try:
            with os.fdopen(handle, "wb") as sink:
                sink.write(_legible(mail).as_bytes(policy=policy.SMTP))
                sink.flush()
                os.fsync(sink.fileno())
            Path(unfinished).replace(file)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        return file


def _legible(mail: EmailMessage) -> EmailMessage:
    """The same mail with its texts in plain UTF-8: no file breaks lines of any length, as mail servers may."""
    written = copy.deepcopy(mail)
    for part in written.walk():
        if part.get_content_maintype() == "text":
            part.set_content(part.get_content(), subtype=part.get_content_subtype(), cte="8bit")
    return written


def _name(mail: EmailMessage) -> str:
    written_at = parsedate_to_datetime(mail["Date"]) if mail["Date"] else datetime.now(UTC)
    named = _UNFIT.sub("", str(mail["Message-ID"] or "").partition("@")[0])
    return f"{written_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{named or 'mail'}.eml"
