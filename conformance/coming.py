"""What takes its time on the server: mails, deliveries made again, certificates that expire. It is set off early."""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from . import feed
from .findings import NotPossible
from .instants import instant, written
from .prepared import Prepares, prepared
from .receiving import Reply

if TYPE_CHECKING:
    from .stage import Stage, Thing
    from .trial import Trial

HOSTILE_NAME = 'Zoë "Q" 🎓 \u2028 O\'Neil <b> \\ é'
HOSTILE_REASON = 'First line\n\tsecond line, "quoted" \\ \u2029 </script> 🎓'
"""Text that careless writing, reading or escaping breaks."""
UNTIL_DUE_SECONDS = 8
"""So long before certificates fall due, everything that is to happen to them before is done."""
RETRY_AFTER_SECONDS = 8
"""Longer than the first pause is by default, and less than twice that."""
YEARS = 4
"""A day's date four years before is a date, on 29 February too."""
EXPIRING_FOR = timedelta(days=30)
ISSUED_AT, EXPIRES_AT = "2026-01-15T10:00:00Z", "2027-01-15T10:00:00Z"
"""A year is between them, the course's twelve months."""
CLAIMANTS = (
    "opened",
    "confirmed",
    "marked",
    "verified",
    "repeated",
    "altered",
    "resigned",
    "revoked",
    "renewed",
    "moved",
    "renamed",
    "reminded",
    "impatient",
    "settled",
    "announced",
)
NEEDS = {
    "webhooks": ("feed_start", "watched", "setback", "ending", "hostile", "claimants"),
    "claims": ("feed_start", "claimants", "mailed"),
    "certificates": ("mailed",),
    "states": ("mailed",),
    "verification": ("mailed",),
    "open-badges": ("mailed",),
}
"""What clauses of an area ask about and what takes its time."""


@dataclass(frozen=True)
class Setback:
    """An event that two endpoints did not take at first: one failed twice, one asked for a pause."""

    certificate: "Thing"
    failing: "Thing"
    waiting: "Thing"
    since: float


@dataclass(frozen=True)
class Ending:
    """Certificates that expire, or have 30 days left, from one instant on; to some of them something happens before."""

    due: datetime
    since: float
    begun: datetime
    expired: "Thing"
    expired_but_revoked: "Thing"
    expired_but_renewed: "Thing"
    expiring: "Thing"
    expiring_but_revoked: "Thing"
    expiring_but_renewed: "Thing"
    short: "Thing"
    """It had fewer than 30 days when it was issued."""
    past: "Thing"
    """It was issued expired."""

    def here(self, due: datetime) -> float:
        """An instant of the server's, by this machine's clock, in seconds since 1970."""
        return self.since + (due - self.begun).total_seconds()


class Coming(Prepares):
    """Each thing is set off when it is first asked for, and by `begin` at the latest."""

    def __init__(self, trial: "Trial", stage: "Stage") -> None:
        super().__init__()
        self._trial, self._stage = trial, stage
        self._end: str | None = None
        self.since = time.time()
        """When all this began, at the latest."""

    def begin(self) -> None:
        """Set off what the areas need that the call names as a whole. Whatever is in the way is told by the clauses."""
        options = self._trial.options
        wanted = {area for area in NEEDS if (not options.only or area in options.only) and area not in options.without}
        for name in dict.fromkeys(name for area, names in NEEDS.items() if area in wanted for name in names):
            with suppress(NotPossible):
                getattr(self, name)

    @prepared
    def announced(self) -> "Thing":
        """A certificate whose holder has claimed it while an endpoint was sent every event."""
        _ = self.watched
        certificate: Thing = self.claimants["announced"]
        self._stage.claim(certificate)
        return certificate

    @prepared
    def mailed(self) -> tuple["Thing", ...]:
        """Certificates whose holders were sent a mail."""
        return self._stage.mailed  # type: ignore[no-any-return]  # as it is there

    @prepared
    def feed_start(self) -> str | None:
        """The end of the feed when the run began."""
        return feed.read(self._trial.academy, None).cursor

    def feed_end(self) -> str | None:
        """The end of the feed now."""
        self._end = feed.read(self._trial.academy, self._end or self.feed_start).cursor
        return self._end

    @prepared
    def watched(self) -> "Thing":
        """An endpoint that is sent every event."""
        return self._stage.new_endpoint("watched")

    @prepared
    def hostile(self) -> "Thing":
        """A certificate with text that is hard to write, revoked, its events on their way to an endpoint."""
        _ = self.watched
        course = self._stage.new_course(name=HOSTILE_NAME)
        certificate = self._stage.new_certificate(course, holder_name=HOSTILE_NAME, notify=False)
        self._stage.revoke(certificate, reason=HOSTILE_REASON)
        return certificate

    @prepared
    def setback(self) -> Setback:
        """An event that endpoints do not take at first."""
        kinds = ["certificate.revoked"]
        failing, waiting = (self._stage.new_endpoint(name, events=kinds) for name in ("failing", "waiting"))
        certificate = self._stage.new_certificate(notify=False)
        failure = HTTPStatus.INTERNAL_SERVER_ERROR
        self._trial.receiver.answers("failing", failure, failure, code=certificate["code"])
        pause = Reply(HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(RETRY_AFTER_SECONDS)})
        self._trial.receiver.answers("waiting", pause, code=certificate["code"])
        since = time.time()
        self._stage.revoke(certificate)
        return Setback(certificate, failing, waiting, since)

    @prepared
    def ending(self) -> Ending:
        """Certificates that expire in a few seconds."""
        _ = self.feed_start
        begun, since = time.monotonic(), time.time()
        course = self._stage.new_course(name="Conformance, ending", validity_period_months=YEARS * 12)
        now = instant(course["created_at"], "`created_at`")
        due = now.replace(microsecond=0) + timedelta(seconds=UNTIL_DUE_SECONDS + 1)

        def expiring_at(end: datetime) -> "Thing":
            issued_at = end.replace(year=end.year - YEARS)
            return self._stage.new_certificate(course, issued_at=written(issued_at), notify=False)

        names = ("expired_but_revoked", "expiring_but_revoked", "expired_but_renewed", "expiring_but_renewed")
        made = {name: expiring_at(due if name.startswith("expired") else due + EXPIRING_FOR) for name in names}
        for name, certificate in made.items():
            (self._stage.revoke if name.endswith("revoked") else self._stage.renew)(certificate)
        if time.monotonic() - begun > UNTIL_DUE_SECONDS:
            raise NotPossible(
                f"the server took more than {UNTIL_DUE_SECONDS} s to issue four certificates and end them"
            )
        made |= {"expired": expiring_at(due), "expiring": expiring_at(due + EXPIRING_FOR)}
        made |= {"short": expiring_at(due + EXPIRING_FOR * 2 / 3), "past": expiring_at(due - EXPIRING_FOR)}
        return Ending(due, since, now, **made)

    @prepared
    def claimants(self) -> dict[str, "Thing"]:
        """Certificates whose holders were sent a mail, one for each clause that claims."""
        past = written(instant(self._stage.course["created_at"], "`created_at`") - timedelta(days=800))
        untold = self._stage.new_certificate(notify=False)
        dated = {"claimed": ISSUED_AT, "expired": past}
        made = {name: self._stage.new_certificate(issued_at=issued_at) for name, issued_at in dated.items()}
        return {"untold": untold, **made, **{name: self._stage.new_certificate() for name in CLAIMANTS}}
