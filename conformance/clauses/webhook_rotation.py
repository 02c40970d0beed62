"""Webhooks, the change of a secret: for a while both sign, so that a receiver misses nothing."""

from datetime import timedelta
from typing import Any

from ..answers import Answer
from ..asked import instant_at
from ..clause import must
from ..deliveries import arrived, certificate_for, expect_signed, is_standard, standard_signatures
from ..findings import require
from ..instants import instant
from ..signing import signature
from ..trial import Trial

DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600
WEEK_SECONDS = 604_800
MOMENT = timedelta(minutes=1)
PREVIOUS = "X-TrueCerta-Signature-Previous"
ROTATE = "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}~1rotate-secret/post"


@must("webhooks/rotation", ROTATE, "openapi.yaml#/components/schemas/Overlap")
def rotation(trial: Trial) -> None:
    """Replacing a secret shows a new one, and until when the old one signs: for a day, or as one asks, up to a week."""
    endpoint = trial.stage.new_endpoint("replaced", trial.stage.nowhere("replaced"), events=["certificate.expired"])
    made_at = instant(endpoint["created_at"], "`created_at`")
    secrets = [endpoint["secret"]]
    for body, seconds in ((None, DAY_SECONDS), ({"overlap_seconds": HOUR_SECONDS}, HOUR_SECONDS)):
        answer = _rotated(trial, endpoint["id"], body)
        secrets.append(answer.member("data.secret"))
        late = instant_at(answer, "data.previous_secret_expires_at") - made_at - timedelta(seconds=seconds)
        require(abs(late) < MOMENT, f"The old secret signs {late} longer than {seconds} s.", answer)
    answer = _rotated(trial, endpoint["id"], {"overlap_seconds": 0})
    answer.expect_member("data.previous_secret_expires_at", None)
    secrets.append(answer.member("data.secret"))
    require(len(set(secrets)) == len(secrets), "A secret comes back that was there before.", answer)
    for wrong in (-1, WEEK_SECONDS + 1, "3600", None):
        path = f"/api/v1/webhooks/{endpoint['id']}/rotate-secret"
        trial.academy.post(path, json={"overlap_seconds": wrong}).expect_error("unprocessable_entity")
    trial.academy.delete(f"/api/v1/webhooks/{endpoint['id']}")


@must("webhooks/rotation-overlap", ROTATE, "openapi.yaml#/components/parameters/PreviousSignature")
def rotation_overlap(trial: Trial) -> None:
    """While two secrets overlap both sign: the old one in a header of its own, and both in `webhook-signature`."""
    endpoint = trial.stage.new_endpoint("overlapping", events=["certificate.issued"])
    new = _rotated(trial, endpoint["id"], {"overlap_seconds": HOUR_SECONDS}).member("data.secret")
    received = arrived(trial, certificate_for(trial), "certificate.issued", at="overlapping")
    expect_signed(received, new)
    if received.headers.get(PREVIOUS) != signature(endpoint["secret"], received.body):
        raise received.not_met(f"its {PREVIOUS} is not made with the secret that is being replaced")
    for secret, which in ((new, "new"), (endpoint["secret"], "old")):
        if not is_standard(received, secret):
            raise received.not_met(f"no entry of its webhook-signature is made with the {which} secret")
    trial.academy.delete(f"/api/v1/webhooks/{endpoint['id']}")


@must("webhooks/rotation-at-once", ROTATE)
def rotation_at_once(trial: Trial) -> None:
    """With an overlap of 0 the old secret signs nothing more, as when it has become known to others."""
    endpoint = trial.stage.new_endpoint("abrupt", events=["certificate.issued"])
    new = _rotated(trial, endpoint["id"], {"overlap_seconds": 0}).member("data.secret")
    received = arrived(trial, certificate_for(trial), "certificate.issued", at="abrupt")
    expect_signed(received, new)
    if PREVIOUS in received.headers or is_standard(received, endpoint["secret"]):
        raise received.not_met("the old secret signs it, although it was to end at once")
    if len(standard_signatures(received)) != 1 or not is_standard(received, new):
        raise received.not_met("its webhook-signature is not the one entry that the new secret makes")
    trial.academy.delete(f"/api/v1/webhooks/{endpoint['id']}")


def _rotated(trial: Trial, webhook_id: str, body: dict[str, Any] | None) -> Answer:
    path = f"/api/v1/webhooks/{webhook_id}/rotate-secret"
    answer = trial.academy.post(path) if body is None else trial.academy.post(path, json=body)
    return answer.expect(200).expect_described()
