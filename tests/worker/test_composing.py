"""Letters, as a mail program reads them: right to the letter, whatever names people and academies have."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pytest

from outgoing.post import addresses_of
from outgoing.smtp import FolderPost, SmtpPost
from rules import claims
from rules.certificates import Certificate
from rules.courses import Course
from rules.links import Links
from rules.organizations import Organization
from services.keyring import Keyring
from services.mail_outbox import MailKind
from services.mails import LeasedMail
from tests.mail_server import Inbox, read, sent_by, serving
from worker.composing import Composer

NOW = datetime(2026, 3, 15, 10, 0, tzinfo=UTC)
BASE = "https://truecerta.example"
SENDER = "certificates@truecerta.example"
KEYRING = Keyring("the present secret key, 32 characters", "the previous secret key, 32 characters")
COMPOSER = Composer(Links(BASE), KEYRING, SENDER)
ACADEMY = Organization(UUID(int=1), "Example Academy", "office@academy.example", None, None)
COURSE = Course(UUID(int=2), 1, "Web Development", None, None, None, None, None, None, None, None, NOW)
CERTIFICATE = Certificate(
    id=UUID(int=3),
    code="TRC-EXA-26-F5N8K3",
    holder_name="Jane Doe",
    holder_email="jane@example.com",
    course=COURSE,
    organization=ACADEMY,
    issued_at=NOW,
    expires_at=NOW.replace(year=2028),
    claimed_at=None,
    revoked_at=None,
    revocation_reason=None,
    renewed_by=None,
    created_at=NOW,
)
HOSTILE = [
    "<script>alert(1)</script></p></title>",
    '"Q" O\'Neil & Sons <b>',
    "Zo\u00eb \U0001f393\U0001f468\u200d\U0001f469\u200d\U0001f467 \u00df",
    "=?utf-8?q?Bcc:_x@example.com?=",
    "=?utf-8?b?DQpCY2M6IHhAZXhhbXBsZS5jb20=?=",
    "=?utf-8?q?=0D=0ABcc:_x@example.com?= =?x",
    "Doe, Jane <other@example.com>, x",
    'a@b.example; c: d, (comment) \\ "',
    "{{ 7 * 7 }}{% raw %}${x}",
    ".",
    "From here",
    "N" * 200,
    "\u0416" * 200,
    "\U0001f393" * 200,
    "word " * 39 + "end",
    "a",
]
TURNED = {
    "\u05dc\u05d9\u05d0\u05ea \u05db\u05d4\u05df": "\u2068\u05dc\u05d9\u05d0\u05ea \u05db\u05d4\u05df\u2069",
    "Jane\u202e \u2069moc.live\u202c": "Jane moc.live",
    "\u0645\u0631\u064a\u0645\u2069 \u202eabc": "\u2068\u0645\u0631\u064a\u0645 abc\u2069",
    "one\u2028two\u2029three": "one two three",
}


def leased(kind: MailKind = "claim", **changes: Any) -> LeasedMail:
    mail = LeasedMail(UUID(int=4), UUID(int=5), kind, "jane@example.com", ACADEMY, CERTIFICATE, {}, 0, NOW)
    return replace(mail, **changes)


def named(kind: MailKind, name: str) -> LeasedMail:
    """A mail in which everybody and everything has the same name."""
    academy = ACADEMY._replace(name=name)
    certificate = CERTIFICATE._replace(holder_name=name, course=COURSE._replace(name=name), organization=academy)
    return leased(kind, organization=academy, certificate=certificate)


def composed(mail: LeasedMail, now: datetime = NOW) -> EmailMessage:
    """The letter after its way over the wire, for which it has to be plain ASCII in short lines."""
    wire = COMPOSER.compose(mail, now).as_bytes(policy=policy.SMTP)
    assert wire.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", wire)
    assert max(map(len, wire.split(b"\r\n"))) <= 100
    return read(wire)


def part(mail: EmailMessage, kind: Literal["plain", "html"]) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    text: str = found.get_content()
    return text.replace("\r\n", "\n")


def sender_line(mail: LeasedMail) -> str:
    """As the older reader of the standard library has it: the newer one puts blanks between encoded words of a name."""
    plain = message_from_bytes(COMPOSER.compose(mail, NOW).as_bytes(), policy=policy.compat32)
    return str(make_header(decode_header(plain["From"])))


class Words(HTMLParser):
    """What a reader of the HTML sees, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said, self.tags, self.links = "", [], []  # type: str, list[str], list[str]
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        """Some text."""
        self.said += data


def claim_link(text: str) -> str:
    (link,) = re.findall(rf"{BASE}/claim/(\S+)", text)
    return str(link)


@pytest.mark.parametrize("kind", ["claim", "claim_again"])
def test_the_letter_says_who_issued_what_and_how_to_claim_it(kind: MailKind) -> None:
    mail = composed(leased(kind))
    assert mail["Subject"] == "Your certificate for Web Development"
    assert mail.get_content_type() == "multipart/alternative"
    text, html = part(mail, "plain"), Words(part(mail, "html"))
    for said in (text, html.said):
        assert "Example Academy has issued you a certificate for Web Development" in said
        assert "works for 7 days, until 22 March 2026" in said
        assert f"{BASE}/v/TRC-EXA-26-F5N8K3" in said
    assert html.links == [f"{BASE}/claim/{claim_link(text)}", f"{BASE}/v/TRC-EXA-26-F5N8K3"]


def test_the_link_claims_from_now_on_for_whom_it_is_sent_to() -> None:
    later = NOW + timedelta(days=30)
    token = claim_link(part(composed(leased(), later), "plain"))
    claim = claims.read(token, KEYRING.claim_keys[:1], later + claims.LIFETIME - timedelta(seconds=1))
    assert claims.is_for(claim, CERTIFICATE.id, CERTIFICATE.holder_email)
    corrected = leased(recipient="old@example.com")
    stale = claims.read(claim_link(part(composed(corrected), "plain")), KEYRING.claim_keys, NOW)
    assert not claims.is_for(stale, CERTIFICATE.id, CERTIFICATE.holder_email)


def test_a_letter_comes_from_the_academy_by_way_of_the_sender() -> None:
    mail = composed(leased())
    assert mail["From"].addresses == (Address("Example Academy", addr_spec=SENDER),)
    assert mail["Reply-To"].addresses == (Address(addr_spec="office@academy.example"),)
    assert mail["To"].addresses == (Address(addr_spec="jane@example.com"),)
    assert mail["Date"].datetime == NOW
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_letter_sent_again_keeps_its_id() -> None:
    first, again = composed(leased()), composed(leased(), NOW + timedelta(hours=1))
    assert first["Message-ID"] == again["Message-ID"] == f"<{UUID(int=4)}@truecerta.example>"
    assert composed(leased(id=UUID(int=6)))["Message-ID"] != first["Message-ID"]


@pytest.mark.parametrize(
    ("expires_at", "holds"), [(NOW.replace(year=2028), "holds until 15 March 2028"), (None, "does not expire")]
)
def test_a_renewed_certificate_has_nothing_to_claim(expires_at: datetime | None, holds: str) -> None:
    mail = composed(leased("renewed", certificate=CERTIFICATE._replace(expires_at=expires_at, claimed_at=NOW)))
    assert mail["Subject"] == "Your renewed certificate for Web Development"
    for said in (part(mail, "plain"), Words(part(mail, "html")).said):
        assert holds in said
        assert f"{BASE}/v/TRC-EXA-26-F5N8K3" in said
        assert "/claim/" not in said


@pytest.mark.parametrize(("reason", "why"), [("gone", "410 Gone"), ("failing", "for five days")])
def test_an_academy_is_told_that_a_webhook_was_switched_off(reason: str, why: str) -> None:
    facts = {"url": "https://example.org/hook?a=1&b=<i>", "reason": reason}
    mail = composed(leased("webhook_disabled", recipient=ACADEMY.email, certificate=None, facts=facts))
    assert mail["From"].addresses == (Address("TrueCerta", addr_spec=SENDER),)
    assert "Reply-To" not in mail
    for said in (part(mail, "plain"), Words(part(mail, "html")).said):
        assert facts["url"] in said
        assert why in said


@pytest.mark.parametrize("kind", ["claim", "renewed"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_shown_as_it_is_and_does_nothing(name: str, kind: MailKind) -> None:
    usual, mail = composed(leased(kind)), composed(named(kind, name))
    assert mail.keys() == usual.keys()
    assert [part.get_content_type() for part in mail.walk()] == [part.get_content_type() for part in usual.walk()]
    assert mail["Subject"].endswith(f" for {name}")
    assert [sender.addr_spec for sender in mail["From"].addresses] == [SENDER]
    assert sender_line(named(kind, name)) == f"{name} <{SENDER}>"
    assert f"Dear {name},\n\n{name} has " in part(mail, "plain")
    before, html = Words(part(usual, "html")), Words(part(mail, "html"))
    assert (html.tags, len(html.links)) == (before.tags, len(before.links))
    assert f"Dear {name}," in html.said
    assert name in unescape(part(mail, "html"))


@pytest.mark.parametrize(("name", "shown"), TURNED.items())
def test_a_name_turns_nothing_around(name: str, shown: str) -> None:
    mail = composed(named("claim", name))
    assert mail["Subject"] == f"Your certificate for {shown}"
    assert f"Dear {shown},\n\n{shown} has " in part(mail, "plain")
    assert f"Dear {shown}," in Words(part(mail, "html")).said
    assert mail["From"].addresses[0].display_name == shown.strip("\u2068\u2069")


@pytest.mark.parametrize("name", [*HOSTILE, *TURNED])
async def test_a_mail_server_takes_it_unchanged(name: str) -> None:
    sent = COMPOSER.compose(named("claim", name), NOW)
    async with serving(Inbox()) as inbox:
        assert await sent_by(SmtpPost(inbox.url), [sent]) == [None]
    assert inbox.recipients == ["jane@example.com"]
    assert inbox.contents == [sent.as_bytes(policy=policy.SMTP)]


def contents(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.iterdir()]


@pytest.mark.parametrize("name", ["Jane Doe", *HOSTILE, *TURNED])
async def test_in_a_folder_each_link_stands_on_one_line(name: str, tmp_path: Path) -> None:
    sent = COMPOSER.compose(named("claim", name), NOW)
    sent.set_boundary("between the parts")
    assert await sent_by(FolderPost(tmp_path), [sent]) == [None]
    (content,) = contents(tmp_path)
    lines = content.decode().splitlines()
    (link,) = [line for line in lines if line.startswith(f"{BASE}/claim/")]
    claim = claims.read(link.rpartition("/")[2], KEYRING.claim_keys, NOW)
    assert claims.is_for(claim, CERTIFICATE.id, CERTIFICATE.holder_email)
    assert any(f'href="{link}"' in line for line in lines)
    kept = read(content)
    assert [part(kept, "plain"), part(kept, "html")] == [part(sent, "plain"), part(sent, "html")]
    assert {head: str(kept[head]) for head in kept} == {head: str(read(sent.as_bytes())[head]) for head in sent}


@pytest.mark.parametrize(
    "recipient", ["=?utf-8?q?x?=@example.com", "o'neil+{x}/y=z@example.com", f"{'l' * 64}@{'d' * 60}.{'e' * 60}.x"]
)
def test_an_address_is_written_as_it_is(recipient: str) -> None:
    mail = COMPOSER.compose(leased(recipient=recipient), NOW)
    assert addresses_of(mail) == (SENDER, recipient)
    assert f"\r\nTo: {recipient}\r\n".encode() in mail.as_bytes()
