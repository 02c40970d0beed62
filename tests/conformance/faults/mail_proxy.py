"""A mail server that passes on what it takes to a mail server of loopback; a rule sees each mail and says what goes on."""

import asyncio
import smtplib
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from types import TracebackType
from typing import Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.installation import free_port

PATIENCE_SECONDS = 10.0
SENDER = "proxy@example.com"

Passing = Callable[[EmailMessage], Iterable[EmailMessage]]
"""What goes on in the place of a mail: itself, altered or not, another, several, none."""


class MailProxy:
    """Takes every mail, so that nobody keeps one for later; one that the server behind does not take is lost."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.passing: Passing | None = None
        self.mistakes: list[str] = []
        """What went wrong in a rule."""
        self.port = free_port()
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)
        self._server.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd
        """A mail has come in whole."""
        content, recipients = cast("bytes", envelope.original_content), envelope.rcpt_tos
        await asyncio.get_running_loop().run_in_executor(None, self._pass_on, content, list(recipients))
        return "250 Ok"

    def _pass_on(self, content: bytes, recipients: list[str]) -> None:
        with suppress(OSError, smtplib.SMTPException):
            for each in self._onward(content):
                with smtplib.SMTP("127.0.0.1", self.upstream, timeout=PATIENCE_SECONDS) as link:
                    link.sendmail(SENDER, recipients, each)

    def _onward(self, content: bytes) -> list[bytes]:
        if self.passing is None:
            return [content]
        mail = BytesParser(policy=policy.SMTP).parsebytes(content)
        try:
            return [each.as_bytes() for each in self.passing(mail)]
        except Exception:  # noqa: BLE001  # whatever a rule does wrong is told by the runner
            self.mistakes.append(traceback.format_exc())
            return []
