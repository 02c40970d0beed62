"""Faults of endpoints: how they are registered, read, changed, switched, tested, and given another secret."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tests.conformance.faults.breaking import (
    EVERY,
    Condition,
    Seen,
    alter,
    answers,
    asked,
    asks,
    drop,
    forgiving,
    goes_to,
    header,
    lacks,
    put,
    query,
    reshape,
    sent,
    status,
    unprocessable,
)
from tests.conformance.faults.fault import Ground, Rule, fault
from tests.conformance.faults.messages import Ask, Json, Memory, Message, Reply, Request
from tests.conformance.faults.sending import PREVIOUS, STANDARD, backwards, events, secrets_of, standard
from tests.conformance.faults.world import reading

CREATE, UPDATE, LIST = "create_webhook", "update_webhook", "list_webhooks"
OFF, ON, ROTATE, REPEAT_RANGE = "disable_webhook", "enable_webhook", "rotate_webhook_secret", "redeliver_range"
LOG = "list_deliveries"
NOWHERE = "https://hooks.invalid/truecerta-conformance/mended"


def holds(*parts: str) -> Condition:
    """The address that is sent for an endpoint has one of these in it."""
    return sent("url", lambda url: isinstance(url, str) and any(part in url for part in parts))


def shown_again(reply: Message, seen: Seen) -> None:
    """The endpoint's secret is shown."""
    url = seen.reply.json["data"]["url"]
    for secret in seen.memory.secrets.get(urlsplit(url).path, ())[:1]:
        put("data.description", secret)(reply, seen)


def only_said(of: str, **members: Json) -> Rule:
    """An endpoint is not switched, and is answered as if it had been. What comes under a key of its own is carried out."""

    def rule(request: Request, ask: Ask, _memory: Memory) -> Reply:
        if request.operation != of or request.header("Idempotency-Key"):
            return ask(request)
        reply = ask(reading(request, request.path.rpartition("/")[0]))
        if reply.status == 200:
            told = reply.json
            told["data"] |= members
            reply.json = told
        return reply

    return rule


def stays_where_it_is(request: Request, ask: Ask, _memory: Memory) -> Reply:
    """Another address is confirmed and forgotten."""
    wanted = request.json if request.operation == UPDATE else None
    if not isinstance(wanted, dict) or "url" not in wanted:
        return ask(request)
    reply = ask(reading(request, request.path))
    told = reply.json
    if reply.status == 200:
        told["data"]["url"] = wanted["url"]
        reply.json = told
    return reply


def an_hour_longer(at: Json) -> Json:
    """An instant an hour later; null stays null."""
    return at and f"{datetime.fromisoformat(at) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"


def by_both(message: Message, seen: Seen) -> None:
    """The secret before signs on, however soon it was to end."""
    for old in secrets_of(seen)[1:2]:
        message.set_header(STANDARD, f"{message.header(STANDARD)} {standard(message, old)}")


def sent_again(request: Request, ask: Ask, _memory: Memory) -> Reply:
    """A delivery is to be sent again, and is only read, unless a key of its own comes along."""
    if request.operation != "redeliver" or request.header("Idempotency-Key"):
        return ask(request)
    reply = ask(reading(request, request.path.rpartition("/")[0]))
    if reply.status == 200:
        reply.status = 202
    return reply


def at_once(page: Json, _seen: Seen) -> Json:
    """The next attempt is planned for when the last one was made."""
    planned = [each for each in page["data"] if each["next_attempt_at"] and each["attempts"]]
    for each in planned:
        each["next_attempt_at"] = each["attempts"][-1]["started_at"]
    return page


FAULTS = (
    fault(
        "endpoint-located-in-the-list",
        "The Location of a new endpoint leads to the list.",
        "webhooks contract",
        answers(CREATE, header("Location", "/api/v1/webhooks"), status=201),
    ),
    fault(
        "secret-shown-again",
        "Enabling an endpoint shows its secret.",
        "webhooks",
        answers(ON, shown_again, status=200),
    ),
    fault(
        "endpoints-oldest-first",
        "Endpoints are listed the oldest first.",
        "webhooks",
        answers(LIST, reshape(backwards), status=200),
    ),
    fault(
        "change-forgets-the-description",
        "A change of an endpoint that does not name its description takes it away.",
        "webhooks",
        asks(UPDATE, put("description", None), when=lacks("description")),
    ),
    fault(
        "removal-with-ok",
        "Removing an endpoint is answered 200.",
        "webhooks contract",
        answers("delete_webhook", status(200), status=204),
    ),
    fault(
        "disabled-without-reason",
        "An endpoint that was disabled by request does not say why.",
        "webhooks",
        answers(OFF, put("data.disabled_reason", None), status=200),
    ),
    fault(
        "no-events-chosen",
        "An empty choice of events is taken for all of them.",
        "webhooks",
        forgiving(f"{CREATE} {UPDATE}", put("events", None), when=sent("events", lambda kinds: kinds == [])),
    ),
    fault(
        "address-with-a-part",
        "An address with a fragment is taken for an endpoint.",
        "webhooks errors",
        forgiving(CREATE, put("url", NOWHERE), when=holds("#")),
    ),
    fault(
        "address-in-the-own-network",
        "An address that only the server's own network knows is taken for an endpoint.",
        "webhooks",
        forgiving(f"{CREATE} {UPDATE}", put("url", NOWHERE), when=holds("169.254.", "[fe80:")),
        ground=Ground.LIMITED,
    ),
    fault(
        "impossible-id-unprocessable",
        "Disabling an endpoint of an id that cannot be is 422.",
        "errors",
        answers(OFF, unprocessable, status=404, when=goes_to("/no-such-id")),
    ),
    fault(
        "test-counts-one-more",
        "A test is said to go to one endpoint more than are enabled.",
        "webhooks",
        answers("send_test_webhook", alter("data.endpoints", lambda count: count + 1), status=202),
    ),
    fault(
        "old-secret-an-hour-longer",
        "The old secret is said to sign an hour longer than was asked.",
        "webhooks",
        answers(ROTATE, alter("data.previous_secret_expires_at", an_hour_longer), status=200),
    ),
    fault(
        "old-secret-silent",
        "The old secret signs no more as soon as there is a new one.",
        "webhooks",
        deliveries=[events(header(PREVIOUS, None))],
    ),
    fault(
        "old-secret-for-ever",
        "The old secret signs on, although it was to end at once.",
        "webhooks",
        deliveries=[asks(EVERY, by_both)],
    ),
    fault(
        "choice-overlooked",
        "An endpoint that chose revocations is sent everything.",
        "webhooks",
        asks(CREATE, drop("events"), when=sent("events", lambda kinds: kinds == ["certificate.revoked"])),
    ),
    fault(
        "disabling-only-said",
        "An endpoint is said to be disabled, and is not.",
        "webhooks",
        only_said(OFF, enabled=False, disabled_reason="requested", disabled_at="2026-03-15T10:00:00Z"),
    ),
    fault(
        "enabling-only-said",
        "An endpoint is said to be enabled again, and is not.",
        "webhooks",
        only_said(ON, enabled=True, disabled_reason=None, disabled_at=None),
    ),
    fault(
        "moving-only-said",
        "Another address of an endpoint is confirmed and forgotten.",
        "webhooks",
        stays_where_it_is,
    ),
    fault(
        "log-oldest-first",
        "Deliveries are logged the oldest first.",
        "webhooks",
        answers(LOG, reshape(backwards), status=200),
    ),
    fault(
        "log-of-any-state",
        "Asked for failed deliveries, the log shows all.",
        "webhooks",
        asks(LOG, query("status", None), when=asked("status", "failed")),
    ),
    fault(
        "again-only-said",
        "An event is said to be sent again, and is not.",
        "webhooks",
        sent_again,
    ),
    fault(
        "missed-not-counted",
        "Nothing is said to be queued, whatever is sent again.",
        "webhooks",
        answers(REPEAT_RANGE, put("data.queued", 0), status=202),
    ),
    fault(
        "again-to-the-disabled",
        "Sending again to a disabled endpoint is answered 202.",
        "webhooks",
        answers(f"redeliver {REPEAT_RANGE}", status(202), status=409),
    ),
    fault(
        "next-attempt-in-the-past",
        "The next attempt is planned for when the last one was made.",
        "webhooks",
        answers(LOG, reshape(at_once), status=200),
    ),
)
