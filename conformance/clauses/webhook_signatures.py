"""Webhooks, signatures: who holds the secret knows that an event is the server's, whole, and fresh."""

import re

from ..clause import must
from ..deliveries import arrived, certificate_for, expect_signed, is_standard
from ..trial import Trial

TOLERANCE_SECONDS = 300
"""Receivers that follow Standard Webhooks refuse what is older or from further ahead."""
DIGITS = re.compile("[0-9]{1,12}")


@must(
    "webhooks/signature",
    "reference/webhooks/signature",
    "rulings/webhooks/signature",
    "openapi.yaml#/components/parameters/Signature",
)
def signature(trial: Trial) -> None:
    """`X-TrueCerta-Signature` is the HMAC-SHA256 of the body's bytes under the whole secret, as 64 lower-case hex digits."""
    endpoint, since = trial.stage.coming.watched, trial.stage.coming.since
    certificate = trial.stage.coming.hostile
    for kind in ("certificate.issued", "certificate.revoked"):
        expect_signed(arrived(trial, certificate, kind, since=since), endpoint["secret"])


@must(
    "webhooks/standard-signature",
    "rulings/webhooks/standard-webhooks",
    "openapi.yaml#/components/parameters/MessageSignature",
    "Standard Webhooks",
)
def standard_signature(trial: Trial) -> None:
    """A library of Standard Webhooks takes an event: `webhook-signature` signs its id, its time and its body."""
    endpoint, since = trial.stage.coming.watched, trial.stage.coming.since
    certificate = trial.stage.coming.hostile
    for kind in ("certificate.issued", "certificate.revoked"):
        received = arrived(trial, certificate, kind, since=since)
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
            if name not in received.headers:
                raise received.not_met(f"it has no header {name}")
        if not is_standard(received, endpoint["secret"]):
            raise received.not_met("no entry of its webhook-signature is made with the endpoint's secret")


@must("webhooks/timestamp", "openapi.yaml#/components/parameters/MessageTimestamp", "Standard Webhooks")
def timestamp(trial: Trial) -> None:
    """`webhook-timestamp` says when the attempt was made, in seconds since 1970, so that receivers can refuse old ones."""
    _ = trial.stage.coming.watched
    received = arrived(trial, certificate_for(trial), "certificate.issued")
    told = str(received.headers.get("webhook-timestamp", ""))
    if not DIGITS.fullmatch(told) or abs(int(told) - received.at) > TOLERANCE_SECONDS:
        raise received.not_met(f"its webhook-timestamp is {told!r}, and it came at {int(received.at)}")


@must("webhooks/event-id", "rulings/webhooks/event-id", "openapi.yaml#/components/parameters/MessageId")
def event_id(trial: Trial) -> None:
    """`webhook-id` is the id of the event in the feed, another one for each event and the same at every endpoint."""
    _ = trial.stage.coming.watched
    second = trial.stage.new_endpoint("identified", events=["certificate.issued"])
    certificates = [certificate_for(trial) for _ in range(2)]
    seen: set[str] = {""}
    for certificate in certificates:
        here, there = (arrived(trial, certificate, "certificate.issued", at=name) for name in ("watched", "identified"))
        if here.message_id != there.message_id:
            raise there.not_met(f"its webhook-id is {there.message_id!r}, and at another endpoint {here.message_id!r}")
        if here.message_id in seen:
            raise here.not_met(f"its webhook-id {here.message_id!r} is empty or another event's")
        seen.add(here.message_id)
    trial.academy.delete(f"/api/v1/webhooks/{second['id']}")
