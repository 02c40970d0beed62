"""Certificates: issued, read and listed. Their codes, dates and lives are told in modules of their own."""

from .. import asked
from ..asked import CERTIFICATES, each, expect_same, instant_at
from ..clause import must
from ..findings import require
from ..trial import Trial
from . import certificate_codes, certificate_dates, certificate_filters, certificate_life, certificate_renewals

MEMBERS = (
    *("id", "code", "holder_name", "holder_email", "course_id", "course_name", "issued_at", "expires_at"),
    *("claimed_at", "is_claimed", "created_at"),
)
"""What the reference shows of a certificate."""


@must(
    "certificates/issue",
    "reference/certificates/issue-path",
    "reference/certificates/course-id",
    "reference/certificates/holder-name",
    "reference/certificates/holder-email",
    "reference/certificates/json",
    "openapi.yaml#/components/schemas/Certificate",
)
def issue(trial: Trial) -> None:
    """Course, name and mail address are enough to issue a certificate: 201 with it, valid, and claimed by nobody yet.

    Name and address are kept as they were typed.
    """
    course, email = trial.stage.course, trial.stage.email("Jane.D'Oe+Certificates")
    body = {"course_id": course["id"], "holder_name": "Jane d'Oe", "holder_email": email}
    made = trial.academy.post(CERTIFICATES, json=body).expect(201).expect_described()
    made.expect_member("data.holder_name", "Jane d'Oe").expect_member("data.holder_email", email)
    made.expect_member("data.course_id", course["id"]).expect_member("data.course_name", course["name"])
    made.expect_member("data.status", "valid").expect_member("data.revoked_at", None)
    made.expect_member("data.is_claimed", value=False).expect_member("data.claimed_at", None)


@must(
    "certificates/read", "reference/certificates/read-path", "openapi.yaml#/paths/~1api~1v1~1certificates~1{code}/get"
)
def read(trial: Trial) -> None:
    """Reading a certificate by its code answers just what issuing it answered."""
    expect_same(asked.read(trial, trial.stage.full).expect_described(), "data", trial.stage.full)


@must("certificates/listed", "reference/certificates/list-path", "reference/certificates/shape")
def listed(trial: Trial) -> None:
    """The list answers `data`, an array of certificates as each is read, a new one at once, and `pagination`."""
    course = trial.stage.new_course(name="Conformance, listed")
    made = trial.stage.new_certificate(course, notify=False)
    listed = asked.page(trial, course_id=course["id"]).expect_described()
    require(each(listed, "code") == [made["code"]], "A new certificate is not the only one of its new course.", listed)
    expect_same(listed, "data.0", made)


@must("certificates/members", "reference/certificates/members", "openapi.yaml#/components/schemas/Certificate")
def members(trial: Trial) -> None:
    """A certificate has all the members that the reference shows, where it is issued, read and listed alike.

    Its dates are in UTC and end in Z.
    """
    course = trial.stage.new_course(name="Conformance, members")
    made = asked.issue(trial, course).expect(201)
    listed = asked.page(trial, course_id=course["id"])
    reading = trial.academy.get(f"{CERTIFICATES}/{made.member('data.code')}").expect(200)
    for answer, place in ((made, "data"), (reading, "data"), (listed, "data.0")):
        for member in MEMBERS:
            answer.member(f"{place}.{member}")
        for member in ("issued_at", "expires_at", "created_at"):
            instant_at(answer, f"{place}.{member}")
        answer.expect_described()


FILTERS = certificate_filters.FILTERS
CODES = certificate_codes.CODES
DATES = certificate_dates.DATES
LIFE = certificate_life.LIFE
RENEWALS = certificate_renewals.RENEWALS
