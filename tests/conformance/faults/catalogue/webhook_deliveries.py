"""Faults of events on their way to endpoints: what is in them, how they are signed, and what an answer leads to."""

import html
import json
from base64 import b64encode
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from conformance.signing import standard_signature
from tests.conformance.faults.breaking import (
    EVERY,
    Condition,
    Seen,
    alter,
    alter_header,
    answers,
    asks,
    body,
    drop,
    header,
    put,
    sent,
    status,
)
from tests.conformance.faults.fault import fault
from tests.conformance.faults.messages import Ask, Memory, Message, Reply, Request
from tests.conformance.faults.sending import SIGNATURE, STANDARD, code_of, events, lost, secrets_of, taken
from tests.conformance.faults.world import remembered

ID, TIME = "webhook-id", "webhook-timestamp"


def noting_renewals(request: Request, ask: Ask, memory: Memory) -> Reply:
    """The codes of successors are remembered before their events can pass."""
    if request.operation != "renew_certificate":
        return ask(request)
    with memory.lock:
        reply = ask(request)
        if reply.status == 201:
            remembered(memory, "successors")[reply.json["data"]["code"]] = True
    return reply


def without_renewals(request: Request, ask: Ask, memory: Memory) -> Reply:
    """No event of a successor arrives."""
    with memory.lock:
        is_lost = code_of(request.json) in remembered(memory, "successors")
    return taken() if is_lost else ask(request)


def escaped(whole: bytes) -> bytes:
    """JSON in letters of ASCII only."""
    return json.dumps(json.loads(whole), separators=(",", ":")).encode()


def under_the_whole_secret(message: Message, seen: Seen) -> None:
    """The key of the standard signature is the secret as it is written, not what it holds in base64."""
    keys = [f"whsec_{b64encode(secret.encode()).decode()}" for secret in secrets_of(seen)[:1]]
    signed = [standard_signature(key, message.header(ID), message.header(TIME), message.body) for key in keys]
    message.set_header(STANDARD, " ".join(signed))


def id_of_its_own(message: Message, seen: Seen) -> None:
    """An event has another id at each endpoint."""
    message.set_header(ID, str(uuid5(NAMESPACE_URL, f"{seen.request.path} {message.header(ID)}")))


def time_of_the_attempt(message: Message, seen: Seen) -> None:
    """The instant in the body is the one of the attempt."""
    if seen.memory.count((seen.request.path, message.header(ID))) > 1:
        put("timestamp", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")(message, seen)


def followed(request: Request, ask: Ask, _memory: Memory) -> Reply:
    """Where an endpoint redirects to, the event is sent as well."""
    reply = ask(request)
    if not 300 <= reply.status < 400:
        return reply
    onward = request.copy()
    onward.target = urlsplit(reply.header("Location")).path
    return ask(onward)


def kind(*kinds: str) -> Condition:
    """Events of these kinds."""
    return sent("event", *(f"certificate.{each}" for each in kinds))


FAULTS = (
    fault(
        "events-without-course",
        "Events do not name the course.",
        "webhooks",
        deliveries=[events(drop("data.certificate.course_name"))],
    ),
    fault(
        "renewals-not-sent",
        "Endpoints are not told of the new certificate when one is renewed.",
        "webhooks",
        noting_renewals,
        deliveries=[without_renewals],
    ),
    fault("claims-not-sent", "Endpoints are not told of claims.", "webhooks", deliveries=[lost(kind("claimed"))]),
    fault("expiries-not-sent", "Endpoints are not told of expiries.", "webhooks", deliveries=[lost(kind("expired"))]),
    fault(
        "no-reason-no-member",
        "The event of a revocation without a reason has no `revocation_reason`.",
        "webhooks",
        deliveries=[
            events(drop("data.certificate.revocation_reason"), when=sent("data.certificate.revocation_reason", None))
        ],
    ),
    fault(
        "events-as-text",
        "Events are sent as text/plain.",
        "webhooks",
        deliveries=[asks(EVERY, header("Content-Type", "text/plain; charset=utf-8"))],
    ),
    fault(
        "events-in-ascii",
        "Events are written with other letters than those of ASCII escaped.",
        "webhooks",
        deliveries=[events(body(escaped))],
    ),
    fault(
        "events-for-html",
        "The holder's name is sent as HTML writes it.",
        "webhooks",
        deliveries=[events(alter("data.certificate.holder_name", html.escape))],
    ),
    fault(
        "signature-in-capitals",
        "The signature is written in capital digits.",
        "webhooks",
        deliveries=[asks(EVERY, alter_header(SIGNATURE, str.upper))],
    ),
    fault(
        "standard-signature-under-the-whole-secret",
        "The standard signature is made with the secret as it is written.",
        "webhooks",
        deliveries=[asks(EVERY, under_the_whole_secret)],
    ),
    fault(
        "attempts-in-milliseconds",
        "The time of an attempt is told in milliseconds.",
        "webhooks",
        deliveries=[events(alter_header(TIME, lambda seconds: f"{seconds}000"))],
    ),
    fault(
        "id-of-the-delivery",
        "An event has another id at each endpoint.",
        "webhooks",
        deliveries=[events(id_of_its_own)],
    ),
    fault(
        "time-of-the-attempt",
        "An event that is sent again says that it happened now.",
        "webhooks",
        deliveries=[events(time_of_the_attempt)],
    ),
    fault(
        "gone-like-any-failure",
        "An endpoint that answers 410 is tried again.",
        "webhooks",
        deliveries=[answers(EVERY, status(500), status=410)],
    ),
    fault("redirects-followed", "Redirects are followed.", "webhooks", deliveries=[followed]),
    fault(
        "failures-taken",
        "What an endpoint answers with 500 counts as delivered.",
        "webhooks",
        deliveries=[answers(EVERY, status(200), status=500)],
    ),
    fault(
        "retry-after-overlooked",
        "An endpoint that asks for a pause is not heard.",
        "webhooks",
        deliveries=[answers(EVERY, header("Retry-After", None), status=503)],
    ),
)
