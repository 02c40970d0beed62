"""The holders' mails: taken by a mail server of the suite's own, or read from the folder that the server writes them to."""

import re
import socket
import threading
import time
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from pathlib import Path
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from .findings import NotMet, NotPossible

HOST = "127.0.0.1"
PATIENCE_SECONDS = 20.0
"""A mail that takes longer is taken for one that does not come."""
DEAF_SECONDS = 1.0
"""Once a whole wait was in vain and no mail at all has come, others last no longer than this."""
POLL_SECONDS = 0.1
"""How often a folder is looked into."""
MOST_BYTES = 1_000_000
LINK = re.compile(r"https?://[^\s\"'<>]+?/claim/([A-Za-z0-9_-]+(?:[.][A-Za-z0-9_-]+)*)")


class Mailbox:
    """Every mail that the server sends, by its recipient. It listens, or looks, from the moment that it is made."""

    def __init__(self, smtp_port: int | None = None, mail_dir: Path | None = None) -> None:
        self._mails: dict[str, list[EmailMessage]] = {}
        self._expected: dict[str, float] = {}
        self._news = threading.Condition()
        self._folder = mail_dir
        self._known: set[str] = set()
        self._lacks: str | None = None
        self._sink: Controller | None = None
        self._in_vain = False
        if smtp_port is not None:
            self._listen(smtp_port)
        elif mail_dir is None:
            self._lacks = "it needs the server's mail (--smtp-port or --mail-dir)"
        elif mail_dir.is_dir():
            self._known = {file.name for file in mail_dir.glob("*.eml")}

    def expects(self, email: str) -> None:
        """A mail to this address is waited for from now on, whenever it is asked for."""
        self._expected[email] = time.monotonic()

    def mail(self, email: str, which: int = 1) -> EmailMessage:
        """The first mail to an address, or a later one, as soon as it is there; NotMet when it does not come."""
        now = time.monotonic()
        until = self._expected.get(email, now) + PATIENCE_SECONDS
        if self._in_vain and not self._mails:
            until = min(until, now + DEAF_SECONDS)
        while True:
            found = self.mails(email)
            if len(found) >= which:
                return found[which - 1]
            left = until - time.monotonic()
            if left <= 0:
                self._in_vain = True
                raise self._missing(email, which, len(found))
            with self._news:
                self._news.wait(min(left, POLL_SECONDS))

    def mails(self, email: str) -> list[EmailMessage]:
        """The mails to an address that have come so far, the first of them first."""
        if self._lacks is not None:
            raise NotPossible(self._lacks)
        if self._folder is not None and self._sink is None:
            self._look(self._folder)
        with self._news:
            return list(self._mails.get(email, ()))

    def link(self, email: str, which: int = 1) -> str:
        """The address in a mail that claims the certificate."""
        found = LINK.search(_text(self.mail(email, which)))
        if found is None:
            raise NotMet(f"the mail to {email} holds no link that leads to /claim/ and a token")
        return found[0]

    def token(self, email: str, which: int = 1) -> str:
        """What the link in a mail ends in."""
        return self.link(email, which).rpartition("/claim/")[2]

    @property
    def is_in_vain(self) -> bool:
        """Whether mail was waited for, and none at all has come, whoever it was for."""
        return self._in_vain and not self._mails

    def close(self) -> None:
        """Listen no more."""
        if self._sink is not None:
            self._sink.stop()

    def take(self, content: bytes) -> None:
        """A mail has come in."""
        mail = BytesParser(policy=policy.default).parsebytes(content)
        recipients = getaddresses([str(line) for name in ("To", "Cc") for line in mail.get_all(name, ())])
        with self._news:
            for _, address in recipients:
                self._mails.setdefault(address, []).append(mail)
            self._news.notify_all()

    def _missing(self, email: str, which: int, came: int) -> NotMet | NotPossible:
        if self._folder is not None and self._sink is None and not self._folder.is_dir():
            return NotPossible(f"it needs the server's mail, and there is no folder {self._folder} (--mail-dir)")
        if which == 1:
            return NotMet(f"no mail to {email} came within {PATIENCE_SECONDS:g} s")
        return NotMet(f"mail number {which} to {email} did not come within {PATIENCE_SECONDS:g} s; so far {came} came")

    def _listen(self, port: int) -> None:
        sink = Controller(_Sink(self), hostname=HOST, port=port, server_hostname="localhost")
        try:
            _try_out(port)
            sink.start()
        except OSError as fault:
            sink.loop.close()
            self._lacks = f"it needs the server's mail, and nothing can listen on port {port} of this machine ({fault})"
        else:
            self._sink = sink

    def _look(self, folder: Path) -> None:
        """Into the folder, for mails that were not there before. One that vanishes meanwhile was not for us."""
        new = [file for file in folder.glob("*.eml") if file.name not in self._known] if folder.is_dir() else []
        for _, file in sorted((file.stat().st_mtime_ns, file) for file in new if file.exists()):
            self._known.add(file.name)
            with file.open("rb") as opened:
                self.take(opened.read(MOST_BYTES))


def _try_out(port: int) -> None:
    """OSError when nothing can listen there, which the mail server would tell only after seconds."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))


class _Sink:
    """Takes every mail that is offered."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's
        """A mail has come in whole."""
        self._mailbox.take(cast("bytes", envelope.original_content))
        return "250 Ok"


def _text(mail: EmailMessage) -> str:
    """What a person reads of it, and the source of what a browser shows."""
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join(str(part.get_content()) for part in parts)
