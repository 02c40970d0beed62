"""States: what a certificate is worth at this moment, and that every answer agrees on it."""

from datetime import timedelta

from .. import asked
from ..asked import clock
from ..clause import must
from ..findings import require
from ..instants import instant, written
from ..lists import lists
from ..stage import Thing
from ..trial import Trial
from ..waiting import until

IN_FORCE = frozenset({"valid", "never_expires"})
YEARS = 4
"""A day's date four years before is a date, on 29 February too."""
SECOND = timedelta(seconds=1)
"""Dates in headers are no finer, and may lag by one."""
PATIENCE_SECONDS = 10


def _verifies(trial: Trial, certificate: Thing, status: str) -> None:
    answer = asked.verify(trial, certificate).expect_member("status", status)
    answer.expect_member("valid", value=status in IN_FORCE)


@must(
    "states/valid",
    "reference/verification/valid",
    "rulings/certificate-states/valid",
    "openapi.yaml#/components/schemas/Status",
)
def valid(trial: Trial) -> None:
    """A certificate before its expiry verifies as `valid`, and `valid` is true."""
    _verifies(trial, trial.stage.valid, "valid")
    _verifies(trial, lists(trial).gallery.renewal.new, "valid")


@must("states/never-expires", "reference/verification/never-expires", "rulings/certificate-states/valid")
def never_expires(trial: Trial) -> None:
    """A certificate without an expiry verifies as `never_expires`, and `valid` is true, however long ago it was issued."""
    _verifies(trial, trial.stage.lasting, "never_expires")
    old = trial.stage.new_certificate(trial.stage.lasting_course, issued_at="1990-05-01T10:00:00Z", notify=False)
    _verifies(trial, old, "never_expires")


@must(
    "states/expired",
    "reference/verification/expired",
    "rulings/certificate-states/expired",
    "rulings/certificate-states/valid",
)
def expired(trial: Trial) -> None:
    """A certificate past its expiry verifies as `expired`, and `valid` is false."""
    _verifies(trial, trial.stage.expired, "expired")


@must(
    "states/renewed",
    "reference/verification/renewed",
    "rulings/certificate-states/renewal-state",
    "rulings/certificate-states/valid",
)
def renewed(trial: Trial) -> None:
    """A certificate that was renewed verifies as `renewed`, and `valid` is false, expiry or none."""
    _verifies(trial, trial.stage.renewal.old, "renewed")
    _verifies(trial, lists(trial).gallery.lasting_renewal.old, "renewed")


@must("states/revoked", "rulings/certificate-states/revoked", "rulings/certificate-states/valid")
def revoked(trial: Trial) -> None:
    """A revoked certificate is verified with 200, as `revoked`, and `valid` is false, expiry or none."""
    _verifies(trial, trial.stage.revoked, "revoked")
    _verifies(trial, lists(trial).gallery.lasting_revoked, "revoked")


@must("states/order", "rulings/certificate-states/order", "openapi.yaml#/components/schemas/Status")
def order(trial: Trial) -> None:
    """Where several states are true of a certificate, `revoked` goes before `renewed`, and `renewed` before `expired`."""
    gallery = lists(trial).gallery
    _verifies(trial, gallery.expired_renewal.old, "renewed")
    _verifies(trial, gallery.expired_revoked, "revoked")
    _verifies(trial, gallery.all_revoked, "revoked")


@must(
    "states/agreement",
    "rulings/certificate-states/order",
    "rulings/certificate-states/own-version",
    "openapi.yaml#/components/schemas/Certificate",
)
def agreement(trial: Trial) -> None:
    """Verifying, reading and listing a certificate tell the same: its state, its dates, its holder, its links."""
    for certificates in lists(trial).gallery.by_state.values():
        for certificate in certificates:
            seen = asked.verify(trial, certificate)
            page, place = asked.listed(trial, certificate)
            for answer, thing in ((asked.read(trial, certificate), "data"), (page, place)):
                for member in ("code", "holder_name", "is_claimed", "issued_at", "expires_at"):
                    answer.expect_member(f"{thing}.{member}", seen.member(f"certificate.{member}"))
                answer.expect_member(f"{thing}.status", seen.member("status"))
                answer.expect_member(f"{thing}.course_name", seen.member("course.name"))
                answer.expect_member(f"{thing}.links", seen.member("links"))


@must("states/by-the-clock", "reference/verification/expired", "rulings/certificate-states/expired")
def by_the_clock(trial: Trial) -> None:
    """A certificate expires at its expiry and not before, with nobody doing anything, where it is verified and listed."""
    course = trial.stage.new_course(name="Conformance, by the clock", validity_period_months=YEARS * 12)
    due = instant(course["created_at"]).replace(microsecond=0) + timedelta(seconds=2)
    issued_at = written(due.replace(year=due.year - YEARS))
    certificate = trial.stage.new_certificate(course, issued_at=issued_at, notify=False)
    early = asked.verify(trial, certificate).member("status")
    told = f"A certificate that expires at {written(due)} verifies as `{early}` before."
    require(early == "valid" or clock(trial) + SECOND >= due, told)

    def has_expired() -> bool | None:
        return asked.verify(trial, certificate).member("status") == "expired" or None

    until(has_expired, PATIENCE_SECONDS, "A certificate whose expiry comes does not verify as `expired`")
    page = asked.page(trial, course_id=course["id"], status="expired")
    require(page.member("data"), "A certificate that expired a moment ago is not listed with `status=expired`.", page)
    page = asked.page(trial, course_id=course["id"], status="valid")
    require(
        not page.member("data"), "A certificate that expired a moment ago is still listed with `status=valid`.", page
    )
