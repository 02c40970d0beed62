"""Renewals: a new certificate takes the place of an old one."""

from datetime import timedelta

from .. import asked
from ..asked import CERTIFICATES, COURSES, clock, expect_at, expect_same, instant_at
from ..clause import must
from ..findings import require
from ..instants import written
from ..refusals import refused
from ..trial import Trial

OPERATION = "openapi.yaml#/paths/~1api~1v1~1certificates~1{code}~1renew/post"


@must("certificates/renew", "rulings/certificate-states/renewal", OPERATION)
def renew(trial: Trial) -> None:
    """Renewing answers 201 with a new certificate for the same holder and course, with a code of its own, issued now."""
    old, now = trial.stage.new_certificate(notify=False, issued_at="2024-01-31T10:00:00Z"), clock(trial)
    answer = asked.act(trial, old, "renew").expect(201).expect_described()
    for member in ("holder_name", "holder_email", "course_id", "is_claimed", "claimed_at"):
        answer.expect_member(f"data.{member}", old[member])
    answer.expect_member("data.status", "valid")
    require(answer.member("data.code") != old["code"], "The successor has the code of the old one.", answer)
    require(answer.member("data.id") != old["id"], "The successor has the id of the old one.", answer)
    expect_at(answer, "data.issued_at", now)
    reading = trial.academy.get(f"{CERTIFICATES}/{answer.member('data.code')}").expect(200)
    expect_same(reading, "data", answer.member("data"))


@must("certificates/renew-version", "rulings/certificate-states/renewal")
def renew_version(trial: Trial) -> None:
    """A renewal shows the course as it is now and expires by its present validity; the old certificate keeps its own."""
    course = trial.stage.new_course(name="Web Development", validity_period_months=12)
    old = trial.stage.new_certificate(course, notify=False)
    change = {"name": "Web Engineering", "validity_period_months": None}
    trial.academy.patch(f"{COURSES}/{course['id']}", json=change).expect(200)
    answer = asked.act(trial, old, "renew", json={"notify": False}).expect(201)
    answer.expect_member("data.course_name", "Web Engineering").expect_member("data.course_version", 2)
    answer.expect_member("data.expires_at", None)
    left = asked.read(trial, old).expect_member("data.course_name", "Web Development")
    left.expect_member("data.expires_at", old["expires_at"])


@must(
    "certificates/renew-dated",
    "rulings/certificate-states/renewal-dated",
    "openapi.yaml#/components/schemas/RenewCertificate",
)
def renew_dated(trial: Trial) -> None:
    """A renewal takes a date of issue, from which its expiry counts; one ahead or without an offset is refused with 422."""
    old = trial.stage.new_certificate(notify=False, issued_at="2023-02-28T10:00:00Z")
    for wrong in (written(clock(trial) + timedelta(days=1)), "2024-03-01T12:00:00", None):
        refused(f"a renewal issued at {wrong}", asked.act(trial, old, "renew", json={"issued_at": wrong}))
    given = {"issued_at": "2024-03-01T12:00:00+02:00", "notify": False}
    answer = asked.act(trial, old, "renew", json=given).expect(201)
    for member, wanted in (("issued_at", "2024-03-01T10:00:00Z"), ("expires_at", "2025-03-01T10:00:00Z")):
        found = instant_at(answer, f"data.{member}")
        require(written(found) == wanted, f"`{member}` of the successor is {found}, not {wanted}.", answer)


@must("certificates/renew-claim", "rulings/certificate-states/renewal-claim")
def renew_claim(trial: Trial) -> None:
    """The successor of a claimed certificate is claimed, since when its predecessor was."""
    renewal = trial.stage.claimed_renewal
    reading = asked.read(trial, renewal.new).expect_member("data.is_claimed", value=True)
    reading.expect_member("data.claimed_at", renewal.old["claimed_at"])


@must(
    "certificates/not-renewable",
    "rulings/certificate-states/not-renewable",
    "rulings/shapes/conflict",
    "openapi.yaml#/components/responses/NotRenewable",
)
def not_renewable(trial: Trial) -> None:
    """A certificate that was revoked, or that has a successor, is not renewed: 409."""
    refused("renewing a revoked certificate", asked.act(trial, trial.stage.revoked, "renew"), "conflict")
    renewal = trial.stage.renewal
    refused("renewing one that has a successor", asked.act(trial, renewal.old, "renew"), "conflict")
    expect_same(asked.read(trial, renewal.new), "data", renewal.new)


RENEWALS = (renew, renew_version, renew_dated, renew_claim, not_renewable)
