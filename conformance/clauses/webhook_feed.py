"""Webhooks, the feed: the same events for those who would rather ask."""

from .. import feed
from ..clause import must
from ..deliveries import arrived, certificate_for
from ..findings import NotPossible, require
from ..receiving import Received
from ..trial import Trial
from ..waiting import until

EVENTS = "openapi.yaml#/paths/~1api~1v1~1events/get"
FEED_SECONDS = 15
CLAIMED_ONLY = "certificate.claimed"


@must("webhooks/feed-order", EVENTS, "openapi.yaml#/components/schemas/EventList")
def feed_order(trial: Trial) -> None:
    """The feed tells of all that happens, each thing once, in the order in which it happened."""
    start = trial.stage.coming.feed_end()
    first, second = certificate_for(trial), certificate_for(trial)
    trial.stage.revoke(first)
    expected = [
        ("certificate.issued", first["code"]),
        ("certificate.issued", second["code"]),
        ("certificate.revoked", first["code"]),
    ]
    reading = _once_it_tells(trial, start, "certificate.revoked", first["code"])
    mine = {first["code"], second["code"]}
    told = [(each.get("event"), feed.code_of(each)) for each in reading.events if feed.code_of(each) in mine]
    require(told == expected, f"What happened was {expected}, and the feed tells {told}.")
    feed.page(trial.academy, start).expect_described()


@must("webhooks/feed-same", EVENTS, "openapi.yaml#/components/schemas/FeedEvent", "rulings/webhooks/event-id")
def feed_same(trial: Trial) -> None:
    """An event in the feed is the one that endpoints are sent: its id is the `webhook-id`, its members the body's."""
    start = trial.stage.coming.feed_end()
    _ = trial.stage.coming.watched
    certificate = certificate_for(trial)
    trial.stage.revoke(certificate, reason="Issued in error")
    reading = _once_it_tells(trial, start, "certificate.revoked", certificate["code"])
    for event in reading.of(certificate["code"]):
        received = arrived(trial, certificate, str(event.get("event")))
        _expect_same(received, event)


@must("webhooks/feed-end", EVENTS, "openapi.yaml#/components/schemas/FeedPagination")
def feed_end(trial: Trial) -> None:
    """At its end the feed answers an empty page with the cursor that was given; what happens next comes after it."""
    certificate_for(trial)
    start = trial.stage.coming.feed_end()
    certificate = certificate_for(trial)
    _once_it_tells(trial, start, "certificate.issued", certificate["code"])
    reading = feed.read(trial.academy, start)
    require(reading.end is not None and reading.cursor is not None, "The feed has no end, or no cursor there.")
    if reading.end is not None:
        reading.end.expect_described().expect_member("data", []).expect_member("pagination.cursor", reading.cursor)
        reading.end.expect_member("pagination.has_more", value=False)


@must("webhooks/feed-pages", EVENTS, "openapi.yaml#/components/parameters/FeedCursor")
def feed_pages(trial: Trial) -> None:
    """Page by page the feed gives each event once and leaves none out."""
    start = trial.stage.coming.feed_end()
    codes = [certificate_for(trial)["code"] for _ in range(4)]
    _once_it_tells(trial, start, "certificate.issued", codes[-1])
    for limit in (1, 3):
        reading = feed.read(trial.academy, start, limit=limit)
        told = [feed.code_of(each) for each in reading.events if feed.code_of(each) in codes]
        require(told == codes, f"In pages of {limit}, the feed tells of {told}; issued were {codes}.")
    page = feed.page(trial.academy, start, limit=3)
    require(len(page.member("data")) == 3, "A page of three does not hold three events, although there are four.", page)
    page.expect_member("pagination.has_more", value=True)


@must("webhooks/feed-kind", "openapi.yaml#/components/parameters/EventFilter")
def feed_kind(trial: Trial) -> None:
    """The feed can be narrowed to one kind of event; a kind that there is not is 422."""
    start = trial.stage.coming.feed_end()
    certificate = certificate_for(trial)
    trial.stage.revoke(certificate)
    _once_it_tells(trial, start, "certificate.revoked", certificate["code"])
    for kind in ("certificate.issued", "certificate.revoked", CLAIMED_ONLY):
        reading = feed.read(trial.academy, start, event=kind)
        others = {str(each.get("event")) for each in reading.events} - {kind}
        require(not others, f"Asked for {kind}, the feed tells of {', '.join(sorted(others))}.")
        found = len(reading.of(certificate["code"]))
        require(found == (kind != CLAIMED_ONLY), f"Asked for {kind}, the feed tells of it {found} times.")
    trial.academy.get(feed.PATH, params={"event": "certificate.lost"}).expect_error("unprocessable_entity")


@must("webhooks/feed-tests", EVENTS)
def feed_tests(trial: Trial) -> None:
    """Tests are left out of the feed, unless one asks for them by `event=webhook.test`."""
    start = trial.stage.coming.feed_end()
    answer = trial.academy.post("/api/v1/webhooks/test")
    if answer.status == 429:
        raise NotPossible("the tests that an organization has in a minute are used up")
    event_id = answer.expect(202).member("data.id")

    def asked_for() -> feed.Reading | None:
        reading = feed.read(trial.academy, start, event="webhook.test")
        return reading if event_id in [each.get("id") for each in reading.events] else None

    reading = until(asked_for, FEED_SECONDS, "asked for tests, the feed does not tell of the one")
    require({each.get("event") for each in reading.events} == {"webhook.test"}, "Asked for tests, it tells of others.")
    certificate = certificate_for(trial)
    reading = _once_it_tells(trial, start, "certificate.issued", certificate["code"])
    require("webhook.test" not in {each.get("event") for each in reading.events}, "The feed tells of a test unasked.")


@must("webhooks/revoked-once", "rulings/certificate-states/revoked-twice-silent")
def revoked_once(trial: Trial) -> None:
    """Revoking a certificate again is told to nobody."""
    start = trial.stage.coming.feed_end()
    certificate, later = certificate_for(trial), certificate_for(trial)
    for reason in ("Issued in error", "For another reason"):
        trial.stage.revoke(certificate, reason=reason)
    trial.stage.revoke(later)
    reading = _once_it_tells(trial, start, "certificate.revoked", later["code"])
    revocations = [each for each in reading.of(certificate["code"]) if each.get("event") == "certificate.revoked"]
    feed.only_one(revocations, f"the revocation of {certificate['code']}")


def _once_it_tells(trial: Trial, start: str | None, kind: str, code: str) -> feed.Reading:
    def told() -> feed.Reading | None:
        reading = feed.read(trial.academy, start)
        return reading if kind in reading.kinds_of(code) else None

    return until(told, FEED_SECONDS, f"the feed does not tell of {kind} of {code}")


def _expect_same(received: Received, event: dict[str, object]) -> None:
    if event.get("id") != received.message_id:
        raise received.not_met(
            f"its webhook-id is {received.message_id}, and the event's id in the feed {event.get('id')}"
        )
    told = {name: value for name, value in event.items() if name != "id"}
    if told != received.json:
        raise received.not_met(f"the feed tells it otherwise: {told}")
