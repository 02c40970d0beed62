"""The life of a certificate: corrected until it is claimed, and revoked."""

from typing import Any

from .. import asked
from ..asked import CERTIFICATES, clock, expect_at, expect_same
from ..clause import must
from ..refusals import refused
from ..trial import Trial


@must(
    "certificates/correct",
    "rulings/certificate-states/correction",
    "openapi.yaml#/paths/~1api~1v1~1certificates~1{code}/patch",
)
def correct(trial: Trial) -> None:
    """Until a certificate is claimed, its holder's name and address can be corrected, together or one alone.

    It shows the correction from then on, where it is read and verified, and is otherwise as it was.
    """
    certificate = trial.stage.new_certificate(notify=False)
    there, email = f"{CERTIFICATES}/{certificate['code']}", trial.stage.email("corrected")
    wanted = dict(certificate)
    for change in ({"holder_name": "Jane Roe"}, {"holder_email": email}, {}):
        wanted |= change
        corrected = trial.academy.patch(there, json={**change, "notify": False}).expect(200).expect_described()
        for member in ("holder_name", "holder_email", "code", "issued_at", "expires_at", "status", "is_claimed"):
            corrected.expect_member(f"data.{member}", wanted[member])
    expect_same(asked.read(trial, certificate), "data", wanted)
    asked.verify(trial, certificate).expect_member("certificate.holder_name", "Jane Roe")


@must(
    "certificates/revoke",
    "reference/certificates/revoke-path",
    "reference/certificates/reason",
    "rulings/shapes/revoking",
    "openapi.yaml#/paths/~1api~1v1~1certificates~1{code}~1revoke/post",
)
def revoke(trial: Trial) -> None:
    """Revoking answers 200 with the certificate, which is `revoked`, says when and why, and is otherwise as it was."""
    certificate, now = trial.stage.new_certificate(notify=False), clock(trial)
    reason = "Issued in error.\n\tTwice."
    answer = asked.act(trial, certificate, "revoke", json={"reason": reason}).expect(200).expect_described()
    answer.expect_member("data.status", "revoked").expect_member("data.revocation_reason", reason)
    expect_at(answer, "data.revoked_at", now)
    changed = {name: answer.member(f"data.{name}") for name in ("status", "revoked_at", "revocation_reason")}
    expect_same(answer, "data", {**certificate, **changed})
    expect_same(asked.read(trial, certificate), "data", answer.member("data"))


@must(
    "certificates/revoke-reason",
    "reference/certificates/reason",
    "openapi.yaml#/components/schemas/RevokeCertificate",
)
def revoke_reason(trial: Trial) -> None:
    """The reason may be left out, with the whole body or alone, or be null; then it is null.

    What is no text of 1 to 500 characters is refused with 422.
    """
    bodies: tuple[dict[str, Any], ...] = ({}, {"json": {}}, {"json": {"reason": None}})
    for body in bodies:
        certificate = trial.stage.new_certificate(notify=False)
        answer = asked.act(trial, certificate, "revoke", **body).expect(200)
        answer.expect_member("data.status", "revoked").expect_member("data.revocation_reason", None)
    certificate = trial.stage.new_certificate(notify=False)
    for wrong in (5, "R" * 501, " "):
        answer = asked.act(trial, certificate, "revoke", json={"reason": wrong})
        refused(f"a reason of {str(wrong)[:20]!r}", answer)


@must("certificates/revoke-twice", "rulings/certificate-states/revoked-twice")
def revoke_twice(trial: Trial) -> None:
    """Revoking again is answered 200 and changes nothing: date and reason stay those of the first time."""
    first = trial.stage.revoked
    for body in ({"json": {"reason": "Another"}}, {}):
        expect_same(asked.act(trial, first, "revoke", **body).expect(200), "data", first)
    expect_same(asked.read(trial, first), "data", first)


LIFE = (correct, revoke, revoke_reason, revoke_twice)
