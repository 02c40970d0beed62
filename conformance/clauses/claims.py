"""Claims: a holder takes a certificate by the link that was mailed, once, and nobody else does."""

from .. import claiming, feed
from ..asked import listed, verify
from ..claiming import expect_claimed, token_of
from ..clause import clauses_of, must
from ..coming import EXPIRES_AT, ISSUED_AT
from ..findings import require
from ..instants import instant
from ..trial import Trial
from ..waiting import until
from . import claim_links, claim_mails, claim_tokens

FEED_SECONDS = 10


@must("claims/claim", "rulings/claiming/programs", "openapi.yaml#/paths/~1api~1v1~1claims/post")
def claim(trial: Trial) -> None:
    """Posting the token of the mail, without a key, claims the certificate and answers with what its holder may see."""
    certificate = trial.stage.coming.claimants["claimed"]
    answer = claiming.claim(trial, token_of(trial, certificate))
    answer.expect(200).expect_described().expect_member("data.code", certificate["code"])
    answer.expect_member("data.holder_name", "Jane Doe").expect_member("data.course_name", "Conformance")
    answer.expect_member("data.issued_at", ISSUED_AT).expect_member("data.expires_at", EXPIRES_AT)


@must("claims/claimed", "openapi.yaml#/components/schemas/Certificate")
def claimed(trial: Trial) -> None:
    """A certificate is unclaimed until somebody claims it; from then on its issuer reads when that was."""
    certificate = trial.stage.coming.claimants["marked"]
    expect_claimed(trial, certificate, is_claimed=False)
    answer = claiming.claim(trial, token_of(trial, certificate)).expect(200)
    when = answer.member("data.claimed_at")
    instant(when, "`data.claimed_at`")
    found = expect_claimed(trial, certificate, is_claimed=True)["claimed_at"]
    require(found == when, f"The claim was answered with {when}, and the certificate says {found}.", answer)
    page, place = listed(trial, certificate)
    page.expect_member(f"{place}.is_claimed", value=True)


@must("claims/verified-as-claimed", "openapi.yaml#/components/schemas/VerifiedCertificate")
def verified_as_claimed(trial: Trial) -> None:
    """Whoever verifies a certificate is told whether somebody has claimed it."""
    certificate = trial.stage.coming.claimants["verified"]
    verify(trial, certificate).expect_member("certificate.is_claimed", value=False)
    trial.stage.claim(certificate)
    verify(trial, certificate).expect_member("certificate.is_claimed", value=True)


@must("claims/again", "rulings/claiming/again")
def again(trial: Trial) -> None:
    """Claiming a second time answers 200 with the same bytes, and the feed tells of one claim only."""
    start = trial.stage.coming.feed_start
    certificate = trial.stage.coming.claimants["repeated"]
    token = token_of(trial, certificate)
    first = claiming.claim(trial, token).expect(200)
    second = claiming.claim(trial, token).expect(200)
    require(second.body == first.body, "The second claim answers another body than the first.", second)

    def told() -> feed.Reading | None:
        reading = feed.read(trial.academy, start, event="certificate.claimed")
        return reading if reading.of(certificate["code"]) else None

    reading = until(told, FEED_SECONDS, "the feed does not tell of the claim")
    feed.only_one(reading.of(certificate["code"]), "the claim")


@must("claims/revoked", "rulings/claiming/revoked", "openapi.yaml#/components/responses/RevokedBeforeClaim")
def revoked(trial: Trial) -> None:
    """A certificate that was revoked before its holder claimed it is not claimed any more: 409."""
    certificate = trial.stage.coming.claimants["revoked"]
    token = token_of(trial, certificate)
    trial.stage.revoke(certificate)
    claiming.claim(trial, token).expect_error("conflict").expect_described()
    expect_claimed(trial, certificate, is_claimed=False)


@must("claims/expired", "rulings/claiming/expired")
def expired(trial: Trial) -> None:
    """A certificate that has expired can be claimed all the same: it was truly earned."""
    certificate = trial.stage.coming.claimants["expired"]
    claiming.claim(trial, token_of(trial, certificate)).expect(200)
    expect_claimed(trial, certificate, is_claimed=True)


@must("claims/renewed", "rulings/claiming/renewed")
def renewed(trial: Trial) -> None:
    """A certificate that was renewed can still be claimed by its own link."""
    certificate = trial.stage.coming.claimants["renewed"]
    token = token_of(trial, certificate)
    trial.stage.renew(certificate)
    answer = claiming.claim(trial, token).expect(200)
    answer.expect_member("data.code", certificate["code"])
    expect_claimed(trial, certificate, is_claimed=True)


FURTHER = tuple(clause for module in (claim_tokens, claim_links, claim_mails) for clause in clauses_of(module))
