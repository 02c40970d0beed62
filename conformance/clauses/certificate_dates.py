"""Dates of certificates: when they were issued, and when they expire."""

from datetime import timedelta
from itertools import groupby

from .. import asked
from ..asked import COURSES, clock, expect_at, instant_at
from ..clause import must
from ..findings import require
from ..instants import written
from ..refusals import refused
from ..trial import Trial

EARLIER = {
    "2024-06-30T12:00:00Z": "2024-06-30T12:00:00Z",
    "2024-06-30T12:00:00+02:00": "2024-06-30T10:00:00Z",
    "2024-06-30T00:30:00-11:30": "2024-06-30T12:00:00Z",
    "2024-07-01T02:00:00+14:00": "2024-06-30T12:00:00Z",
    "2024-06-30t12:00:00.000z": "2024-06-30T12:00:00Z",
    "2023-12-31T22:15:00-05:30": "2024-01-01T03:45:00Z",
    "1999-07-01T00:00:00+00:00": "1999-07-01T00:00:00Z",
}
"""What is given, and what is shown."""
EXPIRIES = (
    (1, "2025-01-31T10:00:00Z", "2025-02-28T10:00:00Z"),
    (1, "2024-01-31T10:00:00Z", "2024-02-29T10:00:00Z"),
    (1, "2025-08-31T23:59:59Z", "2025-09-30T23:59:59Z"),
    (1, "2025-01-31T23:30:00-02:00", "2025-03-01T01:30:00Z"),
    (12, "2025-03-15T10:00:00Z", "2026-03-15T10:00:00Z"),
    (12, "2024-02-29T00:00:00Z", "2025-02-28T00:00:00Z"),
    (48, "2020-02-29T12:00:00Z", "2024-02-29T12:00:00Z"),
    (1200, "2000-12-31T10:00:00Z", "2100-12-31T10:00:00Z"),
)
"""The course's months, the date of issue, and the expiry."""


@must("certificates/issued-now", "reference/certificates/issued-at", "openapi.yaml#/components/schemas/IssueInstant")
def issued_now(trial: Trial) -> None:
    """Without `issued_at` a certificate is issued now."""
    now = clock(trial)
    made = asked.issue(trial, trial.stage.course).expect(201)
    expect_at(made, "data.issued_at", now)


@must(
    "certificates/issued-earlier",
    "reference/certificates/issued-at",
    "rulings/certificate-states/past",
    "rulings/shapes/offsets",
    "openapi.yaml#/components/schemas/IssueInstant",
)
def issued_earlier(trial: Trial) -> None:
    """`issued_at` may be a date in the past with any offset, in any spelling of RFC 3339; it is shown as the same in UTC."""
    for given, shown in EARLIER.items():
        made = asked.issue(trial, trial.stage.course, issued_at=given).expect(201)
        found = instant_at(made, "data.issued_at")
        require(written(found) == shown, f"A certificate issued at {given} shows {found}, not {shown}.", made)
    certificate = trial.stage.expired
    asked.verify(trial, certificate).expect_member("certificate.issued_at", certificate["issued_at"])


@must(
    "certificates/issued-ahead",
    "rulings/certificate-states/ahead",
    "openapi.yaml#/components/schemas/IssueInstant",
)
def issued_ahead(trial: Trial) -> None:
    """An `issued_at` more than 60 seconds ahead is refused with 422; less is forgiven, since clocks differ."""
    asked.issue(trial, trial.stage.course, issued_at=written(clock(trial) + timedelta(seconds=30))).expect(201)
    for ahead in (timedelta(seconds=90), timedelta(days=1), timedelta(days=3650)):
        answer = asked.issue(trial, trial.stage.course, issued_at=written(clock(trial) + ahead))
        refused(f"an `issued_at` that lies {ahead.total_seconds():.0f} s ahead", answer)


@must("certificates/expiry", "rulings/certificate-states/expiry", "reference/courses/validity")
def expiry(trial: Trial) -> None:
    """A certificate expires the course's months after `issued_at` by the calendar, at the same time of day.

    Where the month lacks the day, it is the month's last one.
    """
    for months, dates in groupby(EXPIRIES, key=lambda date: date[0]):
        course = trial.stage.new_course(validity_period_months=months)
        for _, issued_at, wanted in dates:
            made = asked.issue(trial, course, issued_at=issued_at).expect(201)
            found = instant_at(made, "data.expires_at")
            told = f"A certificate issued at {issued_at} for {months} months expires at {found}, not {wanted}."
            require(written(found) == wanted, told, made)


@must("certificates/expiry-frozen", "rulings/certificate-states/frozen")
def expiry_frozen(trial: Trial) -> None:
    """A certificate's expiry stays as it was when issued, whatever the course's validity becomes; later ones follow it."""
    course = trial.stage.new_course(validity_period_months=12)
    old = trial.stage.new_certificate(course, notify=False)
    trial.academy.patch(f"{COURSES}/{course['id']}", json={"validity_period_months": None}).expect(200)
    asked.read(trial, old).expect_member("data.expires_at", old["expires_at"])
    asked.verify(trial, old).expect_member("certificate.expires_at", old["expires_at"])
    asked.issue(trial, course).expect(201).expect_member("data.expires_at", None)


DATES = (issued_now, issued_earlier, issued_ahead, expiry, expiry_frozen)
