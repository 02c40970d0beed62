"""Webhooks, what arrives: the events of certificates, and what each tells."""

from datetime import timedelta

from ..clause import must
from ..coming import EXPIRES_AT, HOSTILE_NAME, HOSTILE_REASON, ISSUED_AT
from ..deliveries import arrived, certificate_for, expect_described, expect_told
from ..findings import require
from ..instants import instant
from ..receiving import Received
from ..signing import rewritten
from ..trial import Trial

MOMENT = timedelta(seconds=10)
"""Between something and the instant that an event gives for it, at most."""


@must(
    "webhooks/issued",
    "reference/webhooks/real-time",
    "reference/webhooks/issued",
    "reference/webhooks/payload",
    "rulings/webhooks/members",
    "openapi.yaml#/components/schemas/CertificateEvent",
)
def issued(trial: Trial) -> None:
    """When a certificate is issued, `certificate.issued` arrives with the members that the reference shows and no others."""
    _ = trial.stage.coming.watched
    address = trial.stage.email()
    dated = certificate_for(trial, holder_email=address, issued_at=ISSUED_AT)
    lasting = certificate_for(trial, course=trial.stage.lasting_course)
    received = arrived(trial, dated, "certificate.issued")
    expect_described(trial, received, "CertificateEvent")
    course = trial.stage.course
    expect_told(received, id=dated["id"], holder_name="Jane Doe", holder_email=address, course_id=course["id"])
    expect_told(received, course_name="Conformance", issued_at=ISSUED_AT, expires_at=EXPIRES_AT)
    expect_told(arrived(trial, lasting, "certificate.issued"), expires_at=None)


@must("webhooks/renewed", "rulings/certificate-states/renewal-event", "reference/webhooks/issued")
def renewed(trial: Trial) -> None:
    """A renewal is told as `certificate.issued` of the new certificate, and as nothing else of the old one."""
    _ = trial.stage.coming.watched
    old = certificate_for(trial)
    new = trial.stage.renew(old)
    expect_told(arrived(trial, new, "certificate.issued"), id=new["id"], holder_email=old["holder_email"])
    arrived(trial, old, "certificate.issued")
    kinds = {each.event for each in trial.receiver.received("watched", lambda each: each.code == old["code"])}
    require(
        kinds == {"certificate.issued"}, f"Of the certificate that was renewed, it tells {', '.join(sorted(kinds))}."
    )


@must("webhooks/claimed", "reference/webhooks/claimed", "rulings/webhooks/members")
def claimed(trial: Trial) -> None:
    """When a certificate is claimed, `certificate.claimed` arrives with the same members."""
    certificate = trial.stage.coming.announced
    received = arrived(trial, certificate, "certificate.claimed")
    expect_described(trial, received, "CertificateEvent")
    expect_told(received, id=certificate["id"], holder_email=certificate["holder_email"])


@must(
    "webhooks/revoked",
    "reference/webhooks/revoked",
    "rulings/webhooks/revoked-members",
    "openapi.yaml#/components/schemas/RevokedCertificateEvent",
)
def revoked(trial: Trial) -> None:
    """When a certificate is revoked, `certificate.revoked` arrives and tells also when, and why or null."""
    _ = trial.stage.coming.watched
    certificate, other = certificate_for(trial), certificate_for(trial)
    trial.stage.revoke(certificate, reason="Issued in error")
    trial.stage.revoke(other)
    received = arrived(trial, certificate, "certificate.revoked")
    expect_described(trial, received, "RevokedCertificateEvent")
    expect_told(received, id=certificate["id"], revocation_reason="Issued in error")
    _expect_now(received, "revoked_at")
    expect_told(arrived(trial, other, "certificate.revoked"), revocation_reason=None)


@must(
    "webhooks/request",
    "reference/webhooks/payload",
    "openapi.yaml#/paths/~1api~1v1~1webhooks/post/callbacks/certificateIssued",
)
def request(trial: Trial) -> None:
    """An event arrives as a POST of JSON, and its `timestamp` is the instant at which it happened, in UTC."""
    _ = trial.stage.coming.watched
    certificate = certificate_for(trial)
    received = arrived(trial, certificate, "certificate.issued")
    if received.method != "POST":
        raise received.not_met(f"it comes by {received.method}")
    media_type = str(received.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise received.not_met(f"its Content-Type is {media_type or 'missing'}, not application/json")
    told = instant(received.member("timestamp"), "the event's `timestamp`")
    if abs(told - instant(certificate["created_at"], "`created_at`")) > MOMENT:
        raise received.not_met(
            f"its `timestamp` is {told}, and the certificate was created at {certificate['created_at']}"
        )


@must("webhooks/compact-body", "rulings/webhooks/compact", "reference/webhooks/example-receiver")
def compact_body(trial: Trial) -> None:
    """A body is what JSON.stringify makes of it again, whatever is in a name, as receivers like the reference's ask for."""
    certificate, since = trial.stage.coming.hostile, trial.stage.coming.since
    for kind in ("certificate.issued", "certificate.revoked"):
        received = arrived(trial, certificate, kind, since=since)
        again = rewritten(received.body)
        if again != received.body:
            raise received.not_met(f"JSON.stringify(JSON.parse(body)) is another: {str(again)[:300]}")


@must("webhooks/text", "rulings/shapes/as-it-came", "rulings/webhooks/compact")
def text(trial: Trial) -> None:
    """Names, and the reason of a revocation, arrive as they were given: quotes, line breaks, emoji and all."""
    certificate, since = trial.stage.coming.hostile, trial.stage.coming.since
    received = arrived(trial, certificate, "certificate.revoked", since=since)
    expect_told(received, holder_name=HOSTILE_NAME, course_name=HOSTILE_NAME, revocation_reason=HOSTILE_REASON)


def _expect_now(received: Received, name: str) -> None:
    then = instant(received.member(f"data.certificate.{name}"), f"`{name}`")
    told = instant(received.member("timestamp"), "the event's `timestamp`")
    if abs(told - then) > MOMENT:
        raise received.not_met(f"`{name}` is {then}, and its `timestamp` {told}")
