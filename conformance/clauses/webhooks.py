"""Webhooks: endpoints are registered, and what happens to certificates is sent there. Here, the endpoints themselves."""

from typing import Any

from ..answers import Answer
from ..clause import clauses_of, must
from ..findings import require
from ..signing import key_of
from ..trial import Trial
from . import (
    webhook_choices,
    webhook_deliveries,
    webhook_events,
    webhook_expiry,
    webhook_feed,
    webhook_retries,
    webhook_rotation,
    webhook_signatures,
    webhook_switching,
    webhook_tests,
)

WEBHOOKS = "/api/v1/webhooks"
RARE = ["certificate.expired"]
"""So that little is sent to where nobody is."""
LEAST_BYTES = 24
"""Of a secret (Standard Webhooks, signature scheme)."""


@must(
    "webhooks/create",
    "reference/webhooks/configure",
    "rulings/webhooks/secret",
    "openapi.yaml#/paths/~1api~1v1~1webhooks/post",
)
def create(trial: Trial) -> None:
    """Registering an endpoint answers 201 with the endpoint, where it is, and a secret of its own: `whsec_` and base64."""
    first = _registered(trial, "created", events=RARE, description="Register of graduates")
    first.expect_described().expect_member("data.url", trial.stage.nowhere("created"))
    first.expect_member("data.events", RARE).expect_member("data.description", "Register of graduates")
    first.expect_member("data.enabled", value=True).expect_member("data.disabled_reason", None)
    path = f"{WEBHOOKS}/{first.member('data.id')}"
    require(first.header("Location").endswith(path), f"Its Location does not lead to {path}.", first)
    second = _registered(trial, "second").expect_described()
    second.expect_member("data.events", None).expect_member("data.description", None)
    secrets = [str(each.member("data.secret")) for each in (first, second)]
    require(len(key_of(secrets[0])) >= LEAST_BYTES, f"The secret holds fewer than {LEAST_BYTES} bytes.", first)
    require(secrets[0] != secrets[1], "Two endpoints were given the same secret.", second)
    for each in (first, second):
        trial.academy.delete(f"{WEBHOOKS}/{each.member('data.id')}")


@must("webhooks/secret-shown-once", "openapi.yaml#/components/schemas/CreatedWebhook", "rulings/webhooks/secret")
def secret_shown_once(trial: Trial) -> None:
    """An endpoint's secret is in the answer that made it, and in no other answer about the endpoint."""
    endpoint = trial.stage.new_endpoint("secretive", trial.stage.nowhere("secretive"), events=RARE)
    path = f"{WEBHOOKS}/{endpoint['id']}"
    answers = (
        trial.academy.get(path),
        trial.academy.get(WEBHOOKS),
        trial.academy.patch(path, json={"description": "Changed"}),
        trial.academy.post(f"{path}/disable"),
        trial.academy.post(f"{path}/enable"),
    )
    shown = str(endpoint["secret"]).encode()
    for answer in answers:
        require(shown not in answer.expect(200).body, "It shows the secret again.", answer)
    trial.academy.delete(path)


@must(
    "webhooks/read",
    "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}/get",
    "openapi.yaml#/paths/~1api~1v1~1webhooks/get",
)
def read(trial: Trial) -> None:
    """An endpoint is read as it was registered, and the list holds all of them, the newest first, disabled ones too."""
    made = [trial.stage.new_endpoint(name, trial.stage.nowhere(name), events=RARE) for name in ("older", "newer")]
    trial.academy.post(f"{WEBHOOKS}/{made[0]['id']}/disable").expect(200)
    answer = trial.academy.get(f"{WEBHOOKS}/{made[1]['id']}").expect(200).expect_described()
    for name in ("id", "url", "events", "enabled", "created_at"):
        answer.expect_member(f"data.{name}", made[1][name])
    listed = trial.academy.get(WEBHOOKS).expect(200).expect_described()
    ids = [each["id"] for each in listed.member("data") if each["id"] in {made[0]["id"], made[1]["id"]}]
    require(
        ids == [made[1]["id"], made[0]["id"]], "The list does not hold both endpoints, the newer one first.", listed
    )
    listed.expect_member("pagination.has_more", value=False)
    for each in made:
        trial.academy.delete(f"{WEBHOOKS}/{each['id']}")


@must("webhooks/update", "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}/patch")
def update(trial: Trial) -> None:
    """Changing an endpoint changes the members that are given and no others; null chooses all events."""
    endpoint = trial.stage.new_endpoint("changed", trial.stage.nowhere("changed"), events=RARE, description="Before")
    path, moved = f"{WEBHOOKS}/{endpoint['id']}", trial.stage.nowhere("changed-to")
    expected: dict[str, Any] = {"url": endpoint["url"], "events": RARE, "description": "Before"}
    for change in ({"description": "After"}, {"url": moved}, {"events": None}, {"description": None}):
        expected |= change
        trial.academy.patch(path, json=change).expect(200).expect_described()
        answer = trial.academy.get(path).expect(200).expect_member("data.enabled", value=True)
        for name, value in expected.items():
            answer.expect_member(f"data.{name}", value)
    trial.academy.delete(path)


@must("webhooks/delete", "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}/delete")
def delete(trial: Trial) -> None:
    """Removing an endpoint answers 204 without a body, and then it is 404 and in no list."""
    endpoint = trial.stage.new_endpoint("removed", trial.stage.nowhere("removed"), events=RARE)
    path = f"{WEBHOOKS}/{endpoint['id']}"
    answer = trial.academy.delete(path).expect(204)
    require(not answer.body, "It answers 204 with a body.", answer)
    trial.academy.get(path).expect_error("not_found")
    trial.academy.get(f"{path}/deliveries").expect_error("not_found")
    trial.academy.delete(path).expect_error("not_found")
    listed = trial.academy.get(WEBHOOKS).expect(200)
    require(endpoint["id"] not in str(listed.member("data")), "The list still holds the removed endpoint.", listed)


@must(
    "webhooks/switch",
    "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}~1disable/post",
    "openapi.yaml#/components/schemas/DisabledReason",
)
def switch(trial: Trial) -> None:
    """An endpoint is disabled and enabled by request, and says so with when and why; a repetition changes nothing."""
    endpoint = trial.stage.new_endpoint("switch", trial.stage.nowhere("switch"), events=RARE)
    path = f"{WEBHOOKS}/{endpoint['id']}"
    off = trial.academy.post(f"{path}/disable").expect(200).expect_described()
    off.expect_member("data.enabled", value=False).expect_member("data.disabled_reason", "requested")
    require(off.member("data.disabled_at") is not None, "`disabled_at` of the disabled endpoint is null.", off)
    again = trial.academy.post(f"{path}/disable").expect(200)
    require(again.json == off.json, "Disabling it again changes it.", again)
    for _ in range(2):
        on = trial.academy.post(f"{path}/enable").expect(200).expect_described()
        on.expect_member("data.enabled", value=True).expect_member("data.disabled_reason", None)
        on.expect_member("data.disabled_at", None)
    trial.academy.get(path).expect_member("data.enabled", value=True)
    trial.academy.delete(path)


def _registered(trial: Trial, name: str, **members: Any) -> Answer:
    return trial.academy.post(WEBHOOKS, json={"url": trial.stage.nowhere(name), **members}).expect(201)


FURTHER = tuple(
    clause
    for module in (
        webhook_choices,
        webhook_tests,
        webhook_events,
        webhook_signatures,
        webhook_rotation,
        webhook_switching,
        webhook_deliveries,
        webhook_feed,
        webhook_retries,
        webhook_expiry,
    )
    for clause in clauses_of(module)
)
