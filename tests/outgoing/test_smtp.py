"""Mails handed to a real mail server: each has its own result, whatever the server does."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from outgoing import mail_server
from outgoing.smtp import MailRefused, NotOffered, Result, SmtpPost
from tests.installation import free_port
from tests.mail_server import Inbox, cut, sent_by, serving

PASSWORD = "p@ss:w/rd"  # noqa: S105  # of nobody
WRITTEN = "p%40ss%3Aw%2Frd"
SIGNED_IN = f"jane:{WRITTEN}@"


def mail(recipient: str = "jane@example.com", text: str = "Hello\n") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "post@academy.example", recipient, "A certificate"
    made.set_content(text)
    return made


def refused(result: Result, *, for_good: bool, saying: str = "") -> str:
    assert isinstance(result, MailRefused)
    assert result.for_good is for_good
    assert saying in result.reason
    assert len(result.reason) <= 300
    return result.reason


def not_offered(results: Sequence[Result], *, saying: str) -> None:
    for result in results:
        assert isinstance(result, NotOffered)
        assert saying in result.reason


def certified() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server on 127.0.0.1 shows, and what trusts it."""
    authority, server, trust = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(trust)
    return server, trust


def knows(_server: SMTP, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:  # noqa: ANN401
    return AuthResult(success=given == LoginPassword(b"jane", PASSWORD.encode()), handled=False)


class Sayer(asyncio.Protocol):
    """A server that says the same to everybody and then nothing more."""

    def __init__(self, said: bytes, visits: list[asyncio.Transport]) -> None:
        self._said = said
        self._visits = visits

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody comes."""
        assert isinstance(transport, asyncio.Transport)
        self._visits.append(transport)
        transport.write(self._said)


@asynccontextmanager
async def saying(said: bytes) -> AsyncIterator[str]:
    visits: list[asyncio.Transport] = []
    server = await asyncio.get_running_loop().create_server(lambda: Sayer(said, visits), "127.0.0.1", 0)
    async with server:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for visit in visits:
            visit.abort()


async def test_mails_arrive_over_one_connection() -> None:
    async with serving(Inbox()) as inbox:
        results = await sent_by(SmtpPost(inbox.url), [mail("jane@example.com"), mail("john@example.com")])
    assert results == [None, None]
    assert inbox.recipients == ["jane@example.com", "john@example.com"]
    assert inbox.connections == 1


async def test_no_mails_need_no_server() -> None:
    assert await sent_by(SmtpPost(f"smtp://127.0.0.1:{free_port()}"), []) == []


@pytest.mark.parametrize(
    ("answer", "for_good"), [("550 No such user", True), ("451 Greylisted", False), ("553-Never\r\n553 ever", True)]
)
async def test_one_refused_recipient_holds_nobody_up(answer: str, *, for_good: bool) -> None:
    async with serving(Inbox()) as inbox:
        inbox.on_recipient = lambda _server, address: answer if address.startswith("gone") else None
        results = await sent_by(SmtpPost(inbox.url), [mail(), mail("gone@example.com"), mail()])
    assert (results[0], results[2]) == (None, None)
    refused(results[1], for_good=for_good, saying=answer[:3])
    assert len(inbox.contents) == 2


@pytest.mark.parametrize(
    ("place", "answer", "for_good"),
    [
        ("on_mail", "550 Not from here", True),
        ("on_mail", "530 Sign in first", False),
        ("on_mail", "452 Later", False),
        ("on_content", "554 Looks like spam", True),
        ("on_content", "452 Disk full", False),
    ],
)
async def test_a_refused_sender_or_text_is_told_in_the_servers_words(
    place: str, answer: str, *, for_good: bool
) -> None:
    async with serving(Inbox()) as inbox:
        setattr(inbox, place, lambda _server, _address: answer)
        results = await sent_by(SmtpPost(inbox.url), [mail(), mail()])
    assert [refused(result, for_good=for_good) for result in results] == [answer, answer]
    assert inbox.connections == 1


async def test_what_a_server_says_is_written_down_as_plain_text() -> None:
    async with serving(Inbox()) as inbox:
        inbox.on_recipient = lambda _server, _address: "550 \x1b[2Jcaf\u00e9\x07 " + "a" * 400
        (result,) = await sent_by(SmtpPost(inbox.url), [mail()])
    assert refused(result, for_good=True).isprintable()


async def test_a_connection_ended_after_a_mail_is_made_again() -> None:
    async with serving(Inbox()) as inbox:
        inbox.on_mail = lambda server, _address: cut(server) if len(inbox.contents) == inbox.connections else None
        results = await sent_by(SmtpPost(inbox.url), [mail(), mail(), mail()])
    assert results == [None, None, None]
    assert (len(inbox.contents), inbox.connections) == (3, 3)


async def test_a_server_that_closes_a_visit_is_visited_again() -> None:
    async with serving(Inbox()) as inbox:
        inbox.on_mail = lambda _server, _address: "421 Enough" if len(inbox.contents) == inbox.connections else None
        results = await sent_by(SmtpPost(inbox.url), [mail(), mail()])
    assert results == [None, None]
    assert inbox.connections == 2


async def test_a_server_that_always_ends_the_connection_is_left_alone() -> None:
    async with serving(Inbox()) as inbox:
        inbox.on_mail = lambda server, _address: cut(server)
        results = await sent_by(SmtpPost(inbox.url), [mail() for _ in range(5)])
    assert len(results) == 5
    for result in results[:2]:
        refused(result, for_good=False, saying="ended the connection")
    not_offered(results[2:], saying="ended the connection")
    assert inbox.connections == 2


async def test_a_mail_over_which_the_connection_ends_holds_nobody_up() -> None:
    async with serving(Inbox()) as inbox:
        inbox.on_recipient = lambda server, address: cut(server) if address.startswith("bad") else None
        results = await sent_by(SmtpPost(inbox.url), [mail("bad@example.com"), mail(), mail()])
    refused(results[0], for_good=False)
    assert results[1:] == [None, None]


async def test_a_mail_over_which_the_server_is_slow_holds_nobody_up() -> None:
    async with serving(Inbox(slow_for="slow")) as inbox:
        results = await sent_by(SmtpPost(inbox.url, timeout=0.5), [mail(), mail("slow@example.com"), mail(), mail()])
    refused(results[1], for_good=False, saying="did not answer in time")
    assert [results[0], *results[2:]] == [None] * 3
    assert inbox.connections == 2


async def test_a_server_that_is_down_delays_every_mail() -> None:
    port = free_port()
    first, *others = await sent_by(SmtpPost(f"smtp://127.0.0.1:{port}"), [mail(), mail(), mail()])
    refused(first, for_good=False, saying=f"127.0.0.1:{port} cannot be used")
    not_offered(others, saying=f"127.0.0.1:{port} cannot be used")


async def test_a_server_that_is_slow_over_two_mails_in_a_row_is_left_alone() -> None:
    async with serving(Inbox(slow_for="")) as inbox:
        results = await sent_by(SmtpPost(inbox.url, timeout=0.5), [mail(), mail(), mail(), mail()])
    for result in results[:2]:
        refused(result, for_good=False, saying="did not answer in time")
    not_offered(results[2:], saying="did not answer in time")


@pytest.mark.parametrize("said", [b"", b"220 Hello\r\n", b"220-Hello\r\n", b"220 Hello\r\n250 Fine\r\n"])
async def test_a_server_that_hangs_takes_the_time_of_one_mail(said: bytes) -> None:
    began = time.monotonic()
    async with saying(said) as url:
        first, *others = await sent_by(SmtpPost(url, timeout=0.3), [mail(), mail(), mail()])
    refused(first, for_good=False, saying="did not answer in time")
    not_offered(others, saying="did not answer in time")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("said", [b"554 Go away\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 " + b"a" * 100_000])
async def test_what_is_no_mail_server_for_us_delays_every_mail(said: bytes) -> None:
    async with saying(said) as url:
        first, other = await sent_by(SmtpPost(url, timeout=1), [mail(), mail()])
    assert refused(first, for_good=False).isprintable()
    assert isinstance(other, NotOffered)


async def test_a_mail_once_taken_is_sent_whatever_the_goodbye() -> None:
    async with serving(Inbox()) as inbox:
        inbox.on_goodbye = lambda server, _address: cut(server)
        assert await sent_by(SmtpPost(inbox.url), [mail()]) == [None]
        inbox.on_goodbye = lambda _server, _address: "554 Never"
        assert await sent_by(SmtpPost(inbox.url), [mail()]) == [None]


async def test_a_text_arrives_as_it_was_written() -> None:
    text = ".\n..\n.a\nFrom here\nZo\u00eb \U0001f393 \u202e\u05d0\u2028x\n" + "long " * 400 + "\n"
    async with serving(Inbox()) as inbox:
        assert await sent_by(SmtpPost(inbox.url), [mail(text=text)]) == [None]
    assert inbox.mails[0].get_content().replace("\r\n", "\n") == text


async def test_an_address_that_smtp_cannot_write_is_refused_for_good() -> None:
    async with serving(Inbox()) as inbox:
        results = await sent_by(SmtpPost(inbox.url), [mail("zo\u00eb@example.com"), mail()])
    refused(results[0], for_good=True)
    assert results[1] is None


async def test_encryption_is_used_where_it_is_offered() -> None:
    server, _ = certified()
    async with serving(Inbox(), tls_context=server) as inbox:
        assert await sent_by(SmtpPost(inbox.url), [mail()]) == [None]
    assert inbox.over_tls == [True]


async def test_a_password_goes_to_another_machine_only_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_server, "_is_loopback", lambda _host: False)
    server, trust = certified()
    async with serving(Inbox(), tls_context=server, authenticator=knows, auth_required=True) as inbox:
        url = inbox.url.replace("//", f"//{SIGNED_IN}")
        assert await sent_by(SmtpPost(url, trust=trust), [mail()]) == [None]
        (stranger,) = await sent_by(SmtpPost(url), [mail()])
    assert PASSWORD not in refused(stranger, for_good=False, saying="certificate verify failed")
    async with serving(Inbox(), authenticator=knows, auth_require_tls=False) as open_one:
        (result,) = await sent_by(SmtpPost(open_one.url.replace("//", f"//{SIGNED_IN}"), trust=trust), [mail()])
    refused(result, for_good=False, saying="STARTTLS")
    assert (inbox.over_tls, open_one.over_tls) == ([True], [])


async def test_encrypted_from_the_start() -> None:
    server, trust = certified()
    async with serving(Inbox(), tls=server) as inbox:
        assert await sent_by(SmtpPost(inbox.url.replace("smtp", "smtps"), trust=trust), [mail()]) == [None]
        (result,) = await sent_by(SmtpPost(inbox.url.replace("smtp", "smtps")), [mail()])
    refused(result, for_good=False, saying="certificate")


async def test_a_refused_password_is_not_told() -> None:
    async with serving(Inbox(), authenticator=knows, auth_require_tls=False) as inbox:
        assert await sent_by(SmtpPost(inbox.url.replace("//", f"//{SIGNED_IN}")), [mail()]) == [None]
        (result,) = await sent_by(SmtpPost(inbox.url.replace("//", "//jane:wrong-one@")), [mail()])
    assert "wrong-one" not in refused(result, for_good=False, saying="user name and password")
    assert "wrong-one" not in repr(mail_server.mail_server("smtp://jane:wrong-one@mail.example.com"))


@pytest.mark.parametrize(
    ("url", "port", "tls", "is_verified"),
    [
        ("smtp://mail.example.com", 25, "when offered", False),
        ("smtp://mail.example.com:587/", 587, "when offered", False),
        ("smtp://jane:x@mail.example.com:587", 587, "required", True),
        ("smtp://jane:x@localhost", 25, "when offered", False),
        ("smtp://jane:x@127.0.0.53", 25, "when offered", False),
        ("smtp://jane:x@[::1]:2525", 2525, "when offered", False),
        ("smtps://mail.example.com", 465, "at once", True),
        ("smtps://jane:x@localhost:4650", 4650, "at once", True),
    ],
)
def test_how_far_the_way_is_trusted(url: str, port: int, tls: str, *, is_verified: bool) -> None:
    found = mail_server.mail_server(url)
    assert (found.port, found.tls, found.is_verified) == (port, tls, is_verified)


def test_user_and_password_may_hold_any_character() -> None:
    found = mail_server.mail_server(f"smtp://jane%40example.com:{WRITTEN}@mail.example.com")
    assert (found.user, found.password) == ("jane@example.com", PASSWORD)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.com",
        "http://x",
        "smtp://",
        "smtp://x:0",
        "smtp://x:99999",
        "smtp://secret@[::x]",
        "smtp://x/y",
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="Write smtp://HOST:PORT") as caught:
        mail_server.mail_server(url)
    assert "secret" not in str(caught.value)
