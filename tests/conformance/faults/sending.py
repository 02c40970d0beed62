"""More words that faults are made of: of events on their way to an endpoint, of the feed, and of mails.

A rule of `deliveries` sees what the server sends as a request, so that `asks`, `answers` and `instead` serve there, too,
with EVERY in the place of operations.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from email.message import EmailMessage

from conformance import feed, signing
from tests.conformance.faults.breaking import EVERY, Condition, Edit, Seen, always, answers, asks, instead, reshape
from tests.conformance.faults.fault import MailRule, Rule
from tests.conformance.faults.messages import Json, Memory, Message, Reply

SIGNATURE, PREVIOUS, STANDARD = "X-TrueCerta-Signature", "X-TrueCerta-Signature-Previous", "webhook-signature"


def secrets_of(seen: Seen) -> list[str]:
    """The secrets that the endpoint of an event was ever given, the newest first."""
    return list(dict.fromkeys(seen.memory.secrets.get(seen.request.path, ())))


def sign(message: Message, seen: Seen) -> None:
    """Sign an event anew, as it is now, with the secrets that signed it before."""
    secrets = secrets_of(seen)[: 2 if message.header(PREVIOUS) else 1]
    for name, secret in zip((SIGNATURE, PREVIOUS), secrets, strict=False):
        message.set_header(name, signing.signature(secret, message.body))
    if secrets:
        message.set_header(STANDARD, " ".join(standard(message, secret) for secret in secrets))


def standard(message: Message, secret: str) -> str:
    """The entry of `webhook-signature` that a secret makes for an event."""
    return signing.standard_signature(
        secret, message.header("webhook-id"), message.header("webhook-timestamp"), message.body
    )


def events(*edits: Edit, when: Condition = always) -> Rule:
    """Events are sent otherwise, and signed as they are sent."""
    return asks(EVERY, *edits, sign, when=when)


def lost(when: Condition = always) -> Rule:
    """Events never arrive, and the server takes them for delivered."""
    return instead(EVERY, taken, when=when)


def taken() -> Reply:
    """What a receiver answers to an event."""
    return Reply([("Content-Length", "0")])


def told(change: Callable[[Json, Memory], Iterable[Json]], when: Condition = always) -> Rule:
    """In the place of each event of a page of the feed, these are told."""

    def changed(page: Json, seen: Seen) -> Json:
        return {**page, "data": [each for event in page["data"] for each in change(event, seen.memory)]}

    return answers("list_events", reshape(changed), status=200, when=when)


def backwards(page: Json, _seen: Seen) -> Json:
    """The items of a page in the opposite order."""
    return {**page, "data": page["data"][::-1]}


def code_of(event: Json) -> str:
    """The certificate that an event is about; empty where there is none."""
    return feed.code_of(event) or ""


def moment(event: Json) -> datetime:
    """When it happened."""
    return datetime.fromisoformat(event["timestamp"])


def end(event: Json) -> datetime | None:
    """When the certificate that it is about expires."""
    at = event["data"]["certificate"]["expires_at"]
    return datetime.fromisoformat(at) if at else None


def writing(change: Callable[[str], str]) -> MailRule:
    """The text of a mail is another, in each of its forms."""

    def rule(mail: EmailMessage, _memory: Memory) -> Iterable[EmailMessage]:
        for part in texts(mail):
            part.set_content(change(part.get_content()), subtype=part.get_content_subtype())
        yield mail

    return rule


def texts(mail: EmailMessage) -> list[EmailMessage]:
    """The parts of a mail that a person reads."""
    return [part for part in mail.walk() if part.get_content_maintype() == "text"]
