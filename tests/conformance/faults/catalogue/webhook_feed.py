"""Faults of the feed of events, and of what it tells of certificates whose time is over."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from tests.conformance.faults.breaking import Seen, answers, asked, asks, put, query, reshape, where
from tests.conformance.faults.fault import fault
from tests.conformance.faults.messages import Ask, Json, Memory, Reply, Request
from tests.conformance.faults.sending import backwards, code_of, end, moment, told
from tests.conformance.faults.world import remembered

FEED = "list_events"
ISSUED, REVOKED, EXPIRING, EXPIRED = (f"certificate.{each}" for each in ("issued", "revoked", "expiring", "expired"))
TEST = "webhook.test"
LATE = timedelta(seconds=20)


def another(event: Json, kind: str) -> Json:
    """An event that is none, made from one that is."""
    return {**event, "id": str(uuid5(NAMESPACE_URL, f"{event['id']} {kind}")), "event": kind}


def under_another_id(event: Json, _memory: Memory) -> Iterator[Json]:
    """Its id in the feed is another than at endpoints."""
    yield another(event, event["event"])


def late(event: Json, _memory: Memory) -> Iterator[Json]:
    """What time brings about is noticed late."""
    is_late = event["event"] in {EXPIRING, EXPIRED}
    yield {**event, "timestamp": f"{moment(event) + LATE:%Y-%m-%dT%H:%M:%SZ}"} if is_late else event


def twice(*kinds: str) -> Callable[[Json, Memory], Iterator[Json]]:
    """Events of these kinds are told twice."""

    def change(event: Json, _memory: Memory) -> Iterator[Json]:
        yield event
        if event["event"] in kinds:
            yield another(event, event["event"])

    return change


def each_revocation(event: Json, memory: Memory) -> Iterator[Json]:
    """It is told as often as it was asked for."""
    yield event
    if event["event"] == REVOKED and remembered(memory, "revoked").get(code_of(event), 1) > 1:
        yield another(event, REVOKED)


def counting_revocations(request: Request, ask: Ask, memory: Memory) -> Reply:
    """How often the revocation of each certificate was asked for."""
    reply = ask(request)
    if request.operation == "revoke_certificate" and reply.status == 200:
        revoked, code = remembered(memory, "revoked"), reply.json["data"]["code"]
        revoked[code] = revoked.get(code, 0) + 1
    return reply


def over_at_issue(event: Json, _memory: Memory) -> Iterator[Json]:
    """What was issued expired is told as expired at once."""
    yield event
    until = end(event)
    if event["event"] == ISSUED and until and until <= moment(event):
        yield another(event, EXPIRED)


def over_though_revoked(event: Json, _memory: Memory) -> Iterator[Json]:
    """What was revoked is told as expired when its time comes."""
    yield event
    until = end(event)
    if event["event"] == REVOKED and until and moment(event) < until <= datetime.now(UTC):
        yield another(event, EXPIRED)


def over_though_renewed(event: Json, memory: Memory) -> Iterator[Json]:
    """What was renewed is told as expired when its time comes."""
    yield event
    until = end(event)
    is_renewed = event["event"] == ISSUED and code_of(event) in remembered(memory, "renewed")
    if is_renewed and until and moment(event) < until <= datetime.now(UTC):
        yield another(event, EXPIRED)


def noting_renewals(request: Request, ask: Ask, memory: Memory) -> Reply:
    """Which certificates were renewed."""
    reply = ask(request)
    if request.operation == "renew_certificate" and reply.status == 201:
        remembered(memory, "renewed")[request.path.split("/")[4]] = True
    return reply


def with_tests(request: Request, ask: Ask, memory: Memory) -> Reply:
    """Tests are told of among all else."""
    reply = ask(request)
    if request.operation != FEED or asked("event")(Seen(request, reply, memory)) or reply.status != 200:
        return reply
    tests = request.copy()
    tests.set_query([*request.query, ("event", TEST)])
    page = reply.json
    if page["data"]:
        page["data"] += ask(tests).json["data"]
        reply.json = page
    return reply


def without_the_last(page: Json, _seen: Seen) -> Json:
    """A page's last event is left out."""
    return {**page, "data": page["data"][:-1]}


FAULTS = (
    fault(
        "feed-backwards",
        "A page of the feed tells of the newest first.",
        "webhooks",
        answers(FEED, reshape(backwards), status=200),
    ),
    fault(
        "feed-under-other-ids",
        "An event has another id in the feed than at endpoints.",
        "webhooks",
        told(under_another_id),
    ),
    fault(
        "feed-ends-without-cursor",
        "At its end the feed gives no cursor to go on from.",
        "webhooks",
        answers(FEED, put("pagination.cursor", None), status=200, when=where("data", [])),
    ),
    fault(
        "feed-leaves-out-between-pages",
        "Between two pages the feed leaves out an event.",
        "webhooks",
        answers(FEED, reshape(without_the_last), status=200, when=where("pagination.has_more", bool)),
    ),
    fault(
        "feed-of-any-kind",
        "Asked for revocations, the feed tells of everything.",
        "webhooks",
        asks(FEED, query("event", None), when=asked("event", REVOKED)),
    ),
    fault("feed-with-tests", "The feed tells of tests unasked.", "webhooks", with_tests),
    fault(
        "revocation-told-each-time",
        "A revocation that is asked for again is told again.",
        "webhooks",
        counting_revocations,
        told(each_revocation),
    ),
    fault("claim-told-twice", "A claim is told twice.", "claims", told(twice("certificate.claimed"))),
    fault("endings-told-late", "An expiry is noticed late.", "webhooks", told(late)),
    fault(
        "expired-at-issue-told",
        "What was issued expired is told as expired.",
        "webhooks",
        told(over_at_issue),
    ),
    fault(
        "revoked-expires-aloud",
        "What was revoked is told as expired when its time comes.",
        "webhooks",
        told(over_though_revoked),
    ),
    fault(
        "renewed-expires-aloud",
        "What was renewed is told as expired when its time comes.",
        "webhooks",
        noting_renewals,
        told(over_though_renewed),
    ),
)
