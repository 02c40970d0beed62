"""Webhooks, what time brings about: certificates that are about to expire, and such as have expired."""

import time
from datetime import datetime, timedelta

from .. import feed
from ..clause import must
from ..coming import UNTIL_DUE_SECONDS
from ..deliveries import arrived, expect_described, expect_told
from ..findings import require
from ..instants import instant, written
from ..receiving import Received
from ..stage import Thing
from ..trial import Trial
from ..waiting import until

EXPIRING, EXPIRED = "certificate.expiring", "certificate.expired"
WITHIN = timedelta(seconds=10)
SLACK_SECONDS = 10
ON_THE_WAY_SECONDS = 5
"""For the delivery itself, which a busy server need not make at once."""
SLACK = timedelta(seconds=1)
"""An event's `timestamp` may be written to the second."""


@must("webhooks/expiring-at-issue", "rulings/webhooks/expiring-at-issue", "reference/webhooks/expiring")
def expiring_at_issue(trial: Trial) -> None:
    """Of a certificate with fewer than 30 days when it is issued, `certificate.expiring` is told within 10 seconds, once."""
    ending = trial.stage.coming.ending
    _expect_in_time(trial, ending.short, EXPIRING, ending.begun)


@must("webhooks/expiring", "rulings/webhooks/expiring", "rulings/webhooks/in-time", "reference/webhooks/expiring")
def expiring(trial: Trial) -> None:
    """When 30 days are left, `certificate.expiring` is told: not before, within 10 seconds, and once."""
    ending = trial.stage.coming.ending
    _expect_in_time(trial, ending.expiring, EXPIRING, ending.due)


@must("webhooks/expired", "rulings/webhooks/expired", "rulings/webhooks/in-time", "reference/webhooks/expired")
def expired(trial: Trial) -> None:
    """When a certificate expires, `certificate.expired` is told: not before, within 10 seconds, and once."""
    ending = trial.stage.coming.ending
    _expect_in_time(trial, ending.expired, EXPIRED, ending.due)
    kinds = feed.read(trial.academy, trial.stage.coming.feed_start).kinds_of(ending.expired["code"])
    order = ["certificate.issued", EXPIRING, EXPIRED]
    require(kinds == order, f"Of a certificate that was issued shortly before its end, the feed tells {kinds}.")


@must(
    "webhooks/expiry-arrives",
    "reference/webhooks/expiring",
    "reference/webhooks/expired",
    "rulings/webhooks/members",
    "rulings/webhooks/in-time",
)
def expiry_arrives(trial: Trial) -> None:
    """Both events of an expiry are sent to endpoints within 10 seconds of falling due, with the members of every event."""
    _ = trial.stage.coming.watched
    ending = trial.stage.coming.ending
    since = ending.since + UNTIL_DUE_SECONDS + SLACK_SECONDS
    for kind in (EXPIRING, EXPIRED):
        received = arrived(trial, ending.expired, kind, since=since)
        expect_described(trial, received, "CertificateEvent")
        expect_told(received, id=ending.expired["id"], expires_at=written(ending.due))
    for certificate, kind, due in (
        (ending.expired, EXPIRED, ending.due),
        (ending.expiring, EXPIRING, ending.due),
        (ending.short, EXPIRING, instant(ending.short["created_at"], "`created_at`")),
    ):
        _expect_prompt(arrived(trial, certificate, kind, since=since), ending.here(due))


@must("webhooks/already-expired", "rulings/webhooks/already-expired")
def already_expired(trial: Trial) -> None:
    """A certificate that is issued when its time is already over is told of neither as expiring nor as expired."""
    ending = trial.stage.coming.ending
    _wait_for(trial, ending.expired, EXPIRED)
    _expect_no(trial, ending.past, EXPIRING, EXPIRED)


@must("webhooks/revoked-expires-silently", "rulings/webhooks/revoked-silent")
def revoked_expires_silently(trial: Trial) -> None:
    """A certificate that was revoked before is told of neither as expiring nor as expired when its day comes."""
    ending = trial.stage.coming.ending
    _wait_for(trial, ending.expired, EXPIRED)
    _wait_for(trial, ending.expiring, EXPIRING)
    _expect_no(trial, ending.expired_but_revoked, EXPIRED)
    _expect_no(trial, ending.expiring_but_revoked, EXPIRING)


@must("webhooks/renewed-expires-silently", "rulings/webhooks/renewed-silent")
def renewed_expires_silently(trial: Trial) -> None:
    """A certificate that was renewed before is told of neither as expiring nor as expired when its day comes."""
    ending = trial.stage.coming.ending
    _wait_for(trial, ending.expired, EXPIRED)
    _wait_for(trial, ending.expiring, EXPIRING)
    _expect_no(trial, ending.expired_but_renewed, EXPIRED)
    _expect_no(trial, ending.expiring_but_renewed, EXPIRING)


def _expect_in_time(trial: Trial, certificate: Thing, kind: str, due: datetime) -> None:
    reading = _wait_for(trial, certificate, kind)
    event = feed.only_one(reading.of(certificate["code"]), f"{kind} of {certificate['code']}")
    when = instant(event.get("timestamp"), "the event's `timestamp`")
    told = f"{kind} fell due at {due} and is told as of {when}."
    require(due - SLACK <= when <= due + WITHIN, told)


def _expect_prompt(received: Received, due: float) -> None:
    late = received.at - due
    if late > WITHIN.total_seconds() + ON_THE_WAY_SECONDS:
        raise received.not_met(f"it came {late:.1f} s after it had fallen due, whatever its `timestamp` says")


def _wait_for(trial: Trial, certificate: Thing, kind: str) -> feed.Reading:
    """What the feed tells of this kind, as soon as that is told of the certificate."""
    coming = trial.stage.coming

    def told() -> feed.Reading | None:
        reading = feed.read(trial.academy, coming.feed_start, event=kind)
        return reading if reading.of(certificate["code"]) else None

    last = coming.ending.since + UNTIL_DUE_SECONDS + WITHIN.total_seconds() + SLACK_SECONDS
    return until(told, max(last - time.time(), 0), f"the feed does not tell of {kind} of {certificate['code']}")


def _expect_no(trial: Trial, certificate: Thing, *kinds: str) -> None:
    """The feed tells of the certificate, and not this of it."""
    found = feed.read(trial.academy, trial.stage.coming.feed_start).kinds_of(certificate["code"])
    require("certificate.issued" in found, f"The feed does not tell that {certificate['code']} was issued.")
    wrong = sorted(set(kinds) & set(found))
    require(not wrong, f"The feed tells of {', '.join(wrong)} of {certificate['code']}.")
