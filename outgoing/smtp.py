"""Mails to a mail server, by SMTP (RFC 5321)."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPResponseException, SMTPServerDisconnected

from outgoing.mail_folder import FolderPost
from outgoing.mail_server import MailServer, mail_server
from outgoing.post import MailRefused, NotOffered, Post, Result, Visit, addresses_of

__all__ = ["FolderPost", "MailRefused", "NotOffered", "Post", "Result", "SmtpPost", "post_for"]

SECONDS = 15.0
_SEVEN_BIT = policy.SMTP.clone(cte_type="7bit")
_PERMANENT = 500
_CLOSING = 421
_OF_US = frozenset({530, 534, 535, 538})
"""Answers that complain of how we sign in (RFC 4954, section 6), whatever the mail: it is sent once that is mended."""


def post_for(smtp_url: str | None, folder: Path) -> Post:
    """Mails go to the mail server where one is set, and else into a folder."""
    return FolderPost(folder) if smtp_url is None else SmtpPost(smtp_url)


class SmtpPost:
    """Hands mails to one server over one connection; each has its own result, and `timeout` seconds in all.

    `trust` is what certificates are checked against, the system's own if None.
    """

    def __init__(self, url: str, *, timeout: float = SECONDS, trust: ssl.SSLContext | None = None) -> None:
        self._server = mail_server(url)
        self._timeout = timeout
        self._trust = trust

    @asynccontextmanager
    async def visit(self) -> AsyncIterator[Visit]:
        """Mails go over one connection, which is made with the first; when the server is in trouble, no more is offered."""
        visit = SmtpVisit(self._server, self._timeout, self._trust)
        try:
            yield visit
        finally:
            await visit.leave()


class Away(Exception):
    """The server cannot be talked to, whatever the mail."""


class SmtpVisit:
    """One visit to the server. A connection that it ends between two mails is made again, and so is one that hangs."""

    def __init__(self, server: MailServer, timeout: float, trust: ssl.SSLContext | None) -> None:
        self._server = server
        self._timeout = timeout
        self._client = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls == "at once",
            start_tls={"at once": False, "required": True, "when offered": None}[server.tls],
            validate_certs=server.is_verified,
            tls_context=trust if server.is_verified else None,
            local_hostname=_own_name(),
            timeout=timeout,
        )
        self._trouble: NotOffered | None = None
        self._connecting = False
        self._lost_before = False

    async def hand_over(self, mail: EmailMessage) -> Result:
        """One mail; once the server has taken it, it is sent, whatever follows."""
        if self._trouble is not None:
            return self._trouble
        try:
            async with asyncio.timeout(self._timeout):
                result = await self._delivered(mail)
        except TimeoutError:
            return self._failed("did not answer in time", for_all=self._connecting)
        except Away as away:
            return self._failed(str(away), for_all=True)
        except (OSError, SMTPException) as lost:
            return self._failed(f"ended the connection: {_printable(str(lost))}")
        except asyncio.CancelledError:
            self._client.close()  # nobody knows what the next answer would be to
            raise
        self._lost_before = False
        return result

    async def leave(self) -> None:
        """Say goodbye; nothing depends on the answer."""
        if self._client.is_connected:
            with contextlib.suppress(SMTPException, OSError):
                await self._client.quit(timeout=1)
        self._client.close()

    async def _delivered(self, mail: EmailMessage) -> Result:
        is_old = self._client.is_connected
        try:
            return await self._tried(mail)
        except TimeoutError:
            raise
        except OSError:
            if not is_old:
                raise
        return await self._tried(mail)  # a server may end a connection after some mails, or some seconds

    async def _tried(self, mail: EmailMessage) -> Result:
        if not self._client.is_connected:
            self._connecting = True
            await self._connect()
            self._connecting = False
        sender, recipient = addresses_of(mail)
        try:
            await self._client.mail(sender)
            await self._client.rcpt(recipient)
            await self._client.data(mail.as_bytes(policy=_SEVEN_BIT))
        except SMTPResponseException as answer:
            if answer.code in {_CLOSING, -1}:  # -1: what came is no answer of SMTP
                self._client.close()
                raise SMTPServerDisconnected(answer.message) from None
            for_good = answer.code >= _PERMANENT and answer.code not in _OF_US
            refused = MailRefused(f"{answer.code} {_printable(answer.message)}".strip(), for_good=for_good)
        except ValueError:
            refused = MailRefused("The mail's addresses cannot be written in SMTP.", for_good=True)
        else:
            return None
        with contextlib.suppress(SMTPException, OSError):
            await self._client.rset()
        return refused

    async def _connect(self) -> None:
        try:
            await self._client.connect()
            if self._client.is_ehlo_or_helo_needed:
                await self._client.ehlo()
        except SMTPAuthenticationError as answer:  # without its words, which may repeat ours
            raise Away(f"does not accept the user name and password (it answered {answer.code})") from None
        except TimeoutError:
            raise
        except SMTPResponseException as answer:
            raise Away(f"answered {answer.code} {_printable(answer.message)}") from None
        except (SMTPException, OSError, UnicodeError) as fault:
            raise Away(f"cannot be used: {_printable(str(fault))}") from None

    def _failed(self, why: str, *, for_all: bool = False) -> MailRefused:
        """Twice in a row it is the server that is in trouble, once it may be the mail: the next one is offered anew."""
        self._client.close()
        reason = f"The mail server {self._server.place} {why}."
        if for_all or self._lost_before:
            self._trouble = NotOffered(reason)
        self._lost_before = True
        return MailRefused(reason, for_good=False)


def _own_name() -> str:
    """What we call ourselves: a name with a domain, else an address literal (RFC 5321, section 4.1.3)."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() and not any(map(str.isspace, name)) else "[127.0.0.1]"


def _printable(text: str) -> str:
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(one if one.isprintable() else " " for one in clean).split())[:200]
