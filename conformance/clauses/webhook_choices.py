"""Webhooks, what may be asked for: which events, which addresses, which endpoints."""

from typing import Any

from ..clause import must
from ..findings import require
from ..trial import Trial

WEBHOOKS = "/api/v1/webhooks"
NO_CHOICES: tuple[Any, ...] = (
    [],
    ["certificate.lost"],
    ["certificate.issued", "certificate.lost"],
    ["certificate.issued", "certificate.issued"],
    ["webhook.test"],
    "certificate.issued",
    [1],
)
NO_ADDRESSES: tuple[Any, ...] = (
    "",
    "hooks.example.com/truecerta",
    "/truecerta",
    "ftp://hooks.example.com/truecerta",
    "https://",
    "https://hooks.example.com/#part",
    "https://jane:secret@hooks.example.com/",
    "https://hooks.example.com/ a",
    "https://hooks.example.com:0/",
    None,
    7,
)
NOT_PUBLIC = (
    "http://hooks.example.com/truecerta",
    "https://localhost/",
    "https://127.0.0.1/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[fd00::1]/",
    "https://[fe80::1]/",
)
OF_ONE = (
    ("GET", "", None),
    ("PATCH", "", {"description": "Nobody's"}),
    ("DELETE", "", None),
    ("POST", "/enable", None),
    ("POST", "/disable", None),
    ("POST", "/rotate-secret", None),
    ("POST", "/redeliver", {"since": "2026-03-15T10:00:00Z"}),
    ("GET", "/deliveries", None),
)


@must("webhooks/choice-of-events", "openapi.yaml#/components/schemas/EventChoice")
def choice_of_events(trial: Trial) -> None:
    """An endpoint chooses among the five kinds of events: another one, a test, one twice, or none at all is 422."""
    endpoint = trial.stage.new_endpoint("choosing", trial.stage.nowhere("choosing"), events=["certificate.expired"])
    path = f"{WEBHOOKS}/{endpoint['id']}"
    for choice in NO_CHOICES:
        body = {"url": trial.stage.nowhere("unchosen"), "events": choice}
        trial.academy.post(WEBHOOKS, json=body).expect_error("unprocessable_entity")
        trial.academy.patch(path, json={"events": choice}).expect_error("unprocessable_entity")
    trial.academy.get(path).expect_member("data.events", ["certificate.expired"])
    trial.academy.delete(path)


@must("webhooks/address", "openapi.yaml#/components/schemas/ReceiverAddress")
def address(trial: Trial) -> None:
    """What is no web address, or one with a fragment or a password in it, is not taken for an endpoint's: 422."""
    for url in NO_ADDRESSES:
        trial.academy.post(WEBHOOKS, json={"url": url}).expect_error("unprocessable_entity")
    trial.academy.post(WEBHOOKS, json={}).expect_error("unprocessable_entity")


@must("webhooks/public-only", "rulings/webhooks/public-only", "openapi.yaml#/components/schemas/ReceiverAddress")
def public_only(trial: Trial) -> None:
    """An address that is not https, or that is not a public one, is refused with 422, for a new endpoint and an old one."""
    endpoint = trial.stage.new_endpoint("public", trial.stage.nowhere("public"), events=["certificate.expired"])
    path = f"{WEBHOOKS}/{endpoint['id']}"
    for url in NOT_PUBLIC:
        made = trial.academy.post(WEBHOOKS, json={"url": url, "events": ["certificate.expired"]})
        if made.status == 201:
            trial.academy.delete(f"{WEBHOOKS}/{made.member('data.id')}")
        require(made.status != 201, f"It takes the address {url} for an endpoint.", made)
        made.expect_error("unprocessable_entity")
        trial.academy.patch(path, json={"url": url}).expect_error("unprocessable_entity")
    trial.academy.delete(path)
