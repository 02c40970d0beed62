"""Words for faults of events on their way to an endpoint: dropped, altered and signed anew, sent twice, sent elsewhere."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import uuid4

from tests.conformance.faults.breaking import EVERY, Condition, Edit, Seen, asks, instead
from tests.conformance.faults.fault import Rule
from tests.conformance.faults.messages import Ask, Json, Memory, Message, Reply, Request

SIGNATURE, PREVIOUS = "X-TrueCerta-Signature", "X-TrueCerta-Signature-Previous"
TAKEN = Reply([("Content-Length", "0")])


def tells(*kinds: str) -> Condition:
    """The event is of one of these kinds."""
    return lambda seen: _event(seen.request).get("event") in kinds


def about(path: str, *values: Json) -> Condition:
    """A member of the certificate that it is about has one of these values."""
    return lambda seen: _event(seen.request).get("data", {}).get("certificate", {}).get(path) in values


def goes_to_endpoint(*names: str) -> Condition:
    """It goes to the suite's endpoint of one of these names."""
    return lambda seen: seen.request.path.rpartition("/")[2] in names


def _event(request: Request) -> dict[str, Json]:
    return request.json if isinstance(request.json, dict) else {}


def altered(*edits: Edit, when: Condition) -> Rule:
    """Some events come altered, and signed as they are."""
    return asks(EVERY, *edits, resigned, when=when)


def misled(*edits: Edit, when: Condition = lambda _seen: True) -> Rule:
    """Some events come altered, and signed as they were."""
    return asks(EVERY, *edits, when=when)


def dropped(when: Condition) -> Rule:
    """Some events never arrive, and count as taken."""
    return instead(EVERY, TAKEN.copy, when=when)


def resigned(message: Message, seen: Seen) -> None:
    """The signatures are made for what it is now."""
    assert isinstance(message, Request)
    secrets = seen.memory.secrets.get(message.path, [""])
    using = secrets[:2] if message.header(PREVIOUS) else secrets[:1]
    sign(message, *using)


def sign(request: Request, secret: str, previous: str | None = None) -> None:
    """Sign an event under one secret, or two."""
    request.set_header(SIGNATURE, in_hex(secret, request.body))
    request.set_header(PREVIOUS, None if previous is None else in_hex(previous, request.body))
    entries = [standard(request, each) for each in (secret, previous) if each is not None]
    request.set_header("webhook-signature", " ".join(entries))


def in_hex(secret: str, body: bytes) -> str:
    """The HMAC-SHA256 of a body under the whole secret."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def standard(request: Request, secret: str) -> str:
    """An entry of `webhook-signature`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join(
        [request.header("webhook-id").encode(), request.header("webhook-timestamp").encode(), request.body]
    )
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def copied_to(name: str, when: Condition = lambda _seen: True) -> Rule:
    """Some events are sent to an endpoint that has nothing to do with them, signed for it."""

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        if when(Seen(request, Reply(), memory)):
            for path in list(memory.secrets):
                if path.rpartition("/")[2] == name and path != request.path:
                    copy = request.copy()
                    copy.target = path
                    sign(copy, memory.secrets[path][0])
                    ask(copy)
        return ask(request)

    return rule


def moved_to(name: str, when: Condition) -> Rule:
    """Some events are sent to another endpoint in the place of their own."""

    def to_the_other(message: Message, _seen: Seen) -> None:
        assert isinstance(message, Request)
        message.target = f"{message.path.rpartition('/')[0]}/{name}"

    return asks(EVERY, to_the_other, when=when)


def once_only(when: Condition) -> Rule:
    """What was sent once is not sent again, and counts as taken."""

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        sent = (request.path, request.header("webhook-id"))
        is_meant = when(Seen(request, Reply(), memory))
        return TAKEN.copy() if is_meant and memory.count(sent) > 1 else ask(request)

    return rule


def sent_again(*edits: Edit, when: Condition = lambda _seen: True) -> Rule:
    """What is sent again comes altered, and signed as it is."""

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        again = memory.count((request.path, request.header("webhook-id"))) > 1
        return altered(*edits, when=lambda seen: again and when(seen))(request, ask, memory)

    return rule


def answered(change: Callable[[Reply], Reply], *statuses: int) -> Rule:
    """The server sees another answer of the endpoint than it gave."""

    def rule(request: Request, ask: Ask, _memory: Memory) -> Reply:
        reply = ask(request)
        return change(reply) if reply.status in statuses else reply

    return rule


def followed(request: Request, ask: Ask, _memory: Memory) -> Reply:
    """Redirects are followed."""
    reply = ask(request)
    if reply.status == 307:
        onward = request.copy()
        onward.target = urlsplit(reply.header("Location")).path
        return ask(onward)
    return reply


def retried_at_once(request: Request, ask: Ask, _memory: Memory) -> Reply:
    """What is not taken is sent again without a pause."""
    reply = ask(request)
    return ask(request) if reply.status == 500 else reply


def new_id(message: Message, _seen: Seen) -> None:
    """Another `webhook-id`."""
    message.set_header("webhook-id", str(uuid4()))
