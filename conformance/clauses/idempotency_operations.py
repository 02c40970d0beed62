"""Idempotency of every POST: each is carried out once under its key, whatever it does."""

from typing import Any

from ..asked import CERTIFICATES
from ..clause import must
from ..findings import require
from ..repeated import post, repeated
from ..sent import NOWHERE, Sent, sent_events
from ..trial import Trial

ENDPOINTS = "/api/v1/webhooks"
EVERY = "rulings/repeating-a-request/every-post"


@must("idempotency/revoking", EVERY, "openapi.yaml#/paths/~1api~1v1~1certificates~1{code}~1revoke/post")
def revoking(trial: Trial) -> None:
    """A revocation is repeated under its key: the certificate as it was answered at first, the same bytes."""
    code = trial.stage.new_certificate(notify=False)["code"]
    first, _ = repeated(trial.academy, f"{CERTIFICATES}/{code}/revoke", 200, json={"reason": "Issued in error"})
    first.expect_member("data.code", code)


@must("idempotency/renewing", EVERY, "openapi.yaml#/paths/~1api~1v1~1certificates~1{code}~1renew/post")
def renewing(trial: Trial) -> None:
    """A renewal that is repeated under its key is no second renewal (409): the same successor is answered."""
    code = trial.stage.new_certificate(notify=False)["code"]
    repeated(trial.academy, f"{CERTIFICATES}/{code}/renew", 201, json={"notify": False})


@must(
    "idempotency/resending",
    EVERY,
    "openapi.yaml#/paths/~1api~1v1~1certificates~1{code}~1resend-claim/post",
)
def resending(trial: Trial) -> None:
    """To send a holder's link again is repeated under its key without a second mail, so no limit is in the way."""
    code = trial.stage.new_certificate(notify=False)["code"]
    repeated(trial.academy, f"{CERTIFICATES}/{code}/resend-claim", 202)


@must(
    "idempotency/endpoints",
    EVERY,
    "openapi.yaml#/paths/~1api~1v1~1webhooks/post",
    "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}~1rotate-secret/post",
)
def endpoints(trial: Trial) -> None:
    """To register an endpoint and to replace its secret are repeated under their keys, with the same secrets shown again."""
    address = f"{NOWHERE}idempotency"
    made, _ = repeated(trial.academy, ENDPOINTS, 201, json={"url": address, "description": "Conformance"})
    endpoint = str(made.member("data.id"))
    require(made.member("data.secret"), f"POST {ENDPOINTS}: the secret is empty", made)
    path = f"{ENDPOINTS}/{endpoint}/rotate-secret"
    rotated, _ = repeated(trial.academy, path, 200, json={"overlap_seconds": 60})
    is_new = rotated.member("data.secret") != made.member("data.secret")
    require(is_new, f"POST {path}: the secret is the old one", rotated)


@must(
    "idempotency/switching",
    EVERY,
    "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}~1disable/post",
    "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}~1enable/post",
)
def switching(trial: Trial) -> None:
    """To disable an endpoint and to enable it are repeated under their keys, and each key is good for one of them only."""
    endpoint = trial.stage.new_endpoint("idempotency", f"{NOWHERE}idempotency")["id"]
    disable, enable = (f"{ENDPOINTS}/{endpoint}/{what}" for what in ("disable", "enable"))
    key = f"disable-{endpoint}"
    repeated(trial.academy, disable, 200, key)
    repeated(trial.academy, enable, 200)
    post(trial.academy, enable, key).expect_error("unprocessable_entity")


@must(
    "idempotency/sending-again",
    EVERY,
    "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}~1redeliver/post",
    "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}~1deliveries~1{delivery_id}~1redeliver/post",
)
def sending_again(trial: Trial) -> None:
    """To send one event again, or all of a time, is repeated under its key and carried out once."""
    sent: Sent = sent_events(trial).new(trial.academy)
    endpoint, delivery = sent.endpoint["id"], sent.delivery["id"]
    repeated(trial.academy, f"{ENDPOINTS}/{endpoint}/deliveries/{delivery}/redeliver", 202)
    since: dict[str, Any] = {"json": {"since": sent.endpoint["created_at"]}}
    repeated(trial.academy, f"{ENDPOINTS}/{endpoint}/redeliver", 202, **since)


@must("idempotency/tests", EVERY, "openapi.yaml#/paths/~1api~1v1~1webhooks~1test/post")
def tests(trial: Trial) -> None:
    """A test of webhooks is repeated under its key without a second event: the id that is answered stays the same."""
    first, _ = repeated(trial.academy, f"{ENDPOINTS}/test", 202)
    require(first.member("data.id"), f"POST {ENDPOINTS}/test: the id of the event is empty", first)


@must(
    "idempotency/claims",
    "openapi.yaml#/components/parameters/ClaimIdempotencyKey",
    "openapi.yaml#/paths/~1api~1v1~1claims/post",
    EVERY,
)
def claims(trial: Trial) -> None:
    """Claiming takes a key as every POST does, and answers the same with and without it; one too long is refused."""
    token = {"token": trial.stage.mailbox.token(trial.stage.claimed["holder_email"])}
    without = trial.public.post("/api/v1/claims", json=token).expect(200)
    for _ in range(2):
        answer = post(trial.public, "/api/v1/claims", f"claim-{trial.stage.run}", json=token).expect(200)
        require(answer.json == without.json, "POST /api/v1/claims: under a key it is answered otherwise", answer)
    post(trial.public, "/api/v1/claims", "k" * 256, json=token).expect_error("unprocessable_entity")


OPERATIONS = (revoking, renewing, resending, endpoints, switching, sending_again, tests, claims)
