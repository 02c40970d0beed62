"""Faults of what becomes of times and text."""

import html
import re
import unicodedata
from collections.abc import Callable

from tests.conformance.faults.breaking import Edit, Seen, alter, answers, asks, sent, unprocessable
from tests.conformance.faults.fault import fault
from tests.conformance.faults.messages import Ask, Json, Memory, Message, Reply, Request

OFFSET = re.compile(r"T.*[+-](0\d|1[0-4]):\d\d$")
WRITING = "create_course update_course issue_certificate update_certificate revoke_certificate"
TAKING_DATES = "issue_certificate renew_certificate"


def texts(change: Callable[[str], str]) -> Edit:
    """Every text of a body is another, made from its own."""

    def changed(value: Json) -> Json:
        if isinstance(value, dict):
            return {name: each if name.endswith("_at") else changed(each) for name, each in value.items()}
        if isinstance(value, list):
            return [changed(each) for each in value]
        return change(value) if isinstance(value, str) else value

    def edit(message: Message, _seen: object) -> None:
        if (value := message.json) is not None:
            message.json = changed(value)

    return edit


def as_it_was_sent(request: Request, ask: Ask, memory: Memory) -> Reply:
    """Text comes back in the form that it was sent in, also when that is not NFC."""
    sent_texts = request.json if request.operation in WRITING.split() else None
    for text in sent_texts.values() if isinstance(sent_texts, dict) else ():
        if isinstance(text, str) and (composed := unicodedata.normalize("NFC", text)) != text:
            memory.notes[composed] = text
    reply = ask(request)
    whole = reply.body
    for composed, text in memory.notes.items():
        whole = whole.replace(composed.encode(), text.encode())
    if whole != reply.body:
        reply.set_body(whole)
    return reply


def without_offset(text: Json) -> Json:
    """A time whose offset was not looked at."""
    return f"{text[:19]}Z" if isinstance(text, str) and OFFSET.search(text) else text


def is_long_in_bytes(text: Json) -> bool:
    """Whether somebody who counts bytes finds it too long."""
    return isinstance(text, str) and len(text) <= 200 < len(text.encode("utf-8", "replace"))


def is_longer_than(characters: int) -> Callable[[Json], bool]:
    """Whether somebody who allows less finds it too long."""
    return lambda text: isinstance(text, str) and len(text) > characters


def is_done(seen: Seen) -> bool:
    """The request was carried out."""
    return seen.reply.status < 300


FAULTS = (
    fault(
        "times-with-an-offset",
        "The times of attempts end in +00:00, not in Z.",
        "contract webhooks",
        answers("list_deliveries get_delivery", alter("data.*.created_at", lambda at: at.replace("Z", "+00:00"))),
    ),
    fault(
        "times-in-seconds",
        "The time of an event is a number of seconds.",
        "contract webhooks",
        answers("list_events", alter("data.*.timestamp", lambda _at: 1773568800)),
    ),
    fault(
        "offset-ignored",
        "The offset of a time that is sent is not looked at.",
        "certificates contract",
        asks(TAKING_DATES, alter("issued_at", without_offset)),
    ),
    fault(
        "offset-refused",
        "A time is taken in UTC only.",
        "contract certificates",
        answers(
            TAKING_DATES,
            unprocessable,
            when=sent("issued_at", lambda at: isinstance(at, str) and "+" in at),
        ),
    ),
    fault(
        "text-not-normalised",
        "Text comes back in the form that it was sent in, not in NFC.",
        "contract",
        as_it_was_sent,
    ),
    fault(
        "text-normalised-too-far",
        "Text is kept in the form that takes ligatures apart (NFKC).",
        "contract",
        asks(WRITING, texts(lambda text: unicodedata.normalize("NFKC", text))),
    ),
    fault(
        "text-stripped",
        "Blanks around a text are lost.",
        "contract",
        asks(WRITING, texts(lambda text: text.strip() or text)),
    ),
    fault(
        "text-escaped",
        "Text is answered as HTML writes it.",
        "contract webhooks isolation certificates",
        answers(WRITING, texts(html.escape), when=is_done),
    ),
    fault(
        "text-in-latin-only",
        "Text beyond Latin letters is answered as question marks.",
        "contract webhooks isolation certificates",
        answers(WRITING, texts(lambda text: text.encode("latin-1", "replace").decode("latin-1")), when=is_done),
    ),
    fault(
        "breaks-made-alike",
        "Line breaks of every kind become line feeds.",
        "contract",
        asks(WRITING, texts(lambda text: text.replace("\r\n", "\n"))),
    ),
    fault(
        "breaks-refused",
        "A reason with a line break is refused.",
        "contract certificates webhooks",
        answers(
            "revoke_certificate",
            unprocessable,
            when=sent("reason", lambda text: isinstance(text, str) and "\n" in text),
        ),
    ),
    fault(
        "tabs-lost",
        "A tab in a description becomes a blank.",
        "contract courses",
        asks(
            "create_course",
            alter("description", lambda text: text.replace("\t", " ") if isinstance(text, str) else text),
        ),
    ),
    fault(
        "length-in-bytes",
        "A name's length is counted in bytes.",
        "contract",
        answers("create_course issue_certificate", unprocessable, when=sent("*", is_long_in_bytes)),
    ),
    fault(
        "reason-cut",
        "A reason is cut after 255 characters.",
        "contract",
        asks(
            "revoke_certificate",
            alter("reason", lambda text: text[:255] if isinstance(text, str) and len(text) <= 500 else text),
        ),
    ),
    fault(
        "address-too-short",
        "A mail address of more than 100 characters is refused.",
        "contract",
        answers("issue_certificate", unprocessable, when=sent("holder_email", is_longer_than(100))),
    ),
)
