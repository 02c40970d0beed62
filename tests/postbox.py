"""A mail server in a thread of its own, beside whatever sends to it; it can go away and come back to the same port."""

import threading
from collections.abc import Callable
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.installation import free_port
from tests.mail_server import Inbox

PATIENCE_SECONDS = 20


class Postbox(Inbox):
    """Keeps what arrives, and lets a test wait for it."""

    def __init__(self) -> None:
        super().__init__(port=free_port())
        self._news = threading.Condition()
        self._server: Controller | None = None

    def start(self) -> None:
        """Be there."""
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)
        self._server.start()

    def stop(self) -> None:
        """Be away: whoever connects is refused."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """A mail has come in whole."""
        with self._news:
            answer = await super().handle_DATA(server, session, envelope)
            self._news.notify_all()
        return answer

    def sent_to(self, recipient: str) -> list[EmailMessage]:
        """What has arrived for somebody."""
        return [
            mail for mail, somebody in zip(self.mails, list(self.recipients), strict=False) if somebody == recipient
        ]

    def wait(
        self, recipient: str, count: int = 1, *, which: Callable[[EmailMessage], bool] = bool
    ) -> list[EmailMessage]:
        """What has arrived for somebody, as soon as it is so many."""

        def found() -> list[EmailMessage]:
            return [mail for mail in self.sent_to(recipient) if which(mail)]

        with self._news:
            assert self._news.wait_for(lambda: len(found()) >= count, PATIENCE_SECONDS), f"{len(found())} of {count}"
            return found()


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    text: str = part.get_content()
    return text
