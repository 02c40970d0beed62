"""A real mail server for tests, which keeps what it is given and answers as a test wants."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from outgoing.post import Post, Result

OK = "250 Ok"
Answer = Callable[[SMTP, str], str | None]
"""What is said to a command about an address; None goes on as usual. It may also do something to the connection."""


def read(content: bytes) -> EmailMessage:
    """A mail as any program reads it."""
    return BytesParser(policy=policy.default).parsebytes(content)


@dataclass
class Inbox:
    """What arrived, and over how many connections."""

    port: int = 0
    contents: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    connections: int = 0
    over_tls: list[bool] = field(default_factory=list)
    slow_for: str = "nobody"
    """Recipients whose address begins so are never answered about."""
    being_slow: asyncio.Event = field(default_factory=asyncio.Event)
    on_mail: Answer = lambda _server, _address: None
    on_recipient: Answer = lambda _server, _address: None
    on_content: Answer = lambda _server, _address: None
    on_goodbye: Answer = lambda _server, _address: None

    @property
    def mails(self) -> list[EmailMessage]:
        """What arrived, read."""
        return [read(content) for content in self.contents]

    @property
    def url(self) -> str:
        """Where it is reached without TLS from the start."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_EHLO(  # noqa: N802  # named by aiosmtpd, as those below
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """A visitor introduces himself."""
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A mail begins with its sender."""
        answer = self.on_mail(server, address)
        if answer is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer or OK

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """A recipient is named."""
        if address.startswith(self.slow_for):
            self.being_slow.set()
            await asyncio.Event().wait()
        answer = self.on_recipient(server, address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or OK

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """A mail has come in whole."""
        answer = self.on_content(server, envelope.rcpt_tos[0])
        if answer is None:
            self.contents.append(cast("bytes", envelope.original_content))
            self.recipients += envelope.rcpt_tos
            self.over_tls.append(session.ssl is not None)
        return answer or OK

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        """A visitor says goodbye."""
        return self.on_goodbye(server, "") or "221 Bye"


def cut(visit: SMTP) -> str:
    """End a connection without a word."""
    if isinstance(visit.transport, asyncio.WriteTransport) and not visit.transport.is_closing():
        visit.transport.abort()
    return "250 Nobody reads this"


async def sent_by(post: Post, mails: Sequence[EmailMessage]) -> list[Result]:
    """What becomes of mails that are handed over in one visit."""
    async with post.visit() as visit:
        return [await visit.hand_over(mail) for mail in mails]


@asynccontextmanager
async def serving(inbox: Inbox, **options: Any) -> AsyncIterator[Inbox]:
    """The server, on a port of its own; `tls` is a context for TLS from the start, the other options are aiosmtpd's."""
    loop, tls = asyncio.get_running_loop(), options.pop("tls", None)
    visits: list[SMTP] = []

    def visited() -> SMTP:
        inbox.connections += 1
        visits.append(SMTP(inbox, hostname="mail.example.com", loop=loop, **options))
        return visits[-1]

    server = await loop.create_server(visited, "127.0.0.1", 0, ssl=tls)
    inbox.port = server.sockets[0].getsockname()[1]
    try:
        yield inbox
    finally:
        server.close()
        await server.wait_closed()
        for visit in visits:
            cut(visit)
