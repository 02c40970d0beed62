"""Endpoints of an academy, as a test handles them."""

from typing import Any

from tests.academies import Academy
from tests.agreement import CONTRACT, fits, resolved
from tests.receiver import Received

PATH = "/api/v1/webhooks"
NOBODYS = "https://receiver.invalid/hooks"
"""An address that will never lead anywhere: events are not taken there."""
LONG_AGO = "2020-01-01T00:00:00Z"


def register(academy: Academy, url: str = NOBODYS, **members: object) -> dict[str, Any]:
    """A new endpoint, with its secret."""
    made = academy.post(PATH, json={"url": url, **members})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()["data"]
    return found


def endpoint(academy: Academy, webhook_id: str) -> dict[str, Any]:
    """An endpoint as it is now."""
    answer = academy.get(f"{PATH}/{webhook_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


def deliveries(academy: Academy, webhook_id: str, **params: str | int) -> list[dict[str, Any]]:
    """What was or will be sent to an endpoint, newest first."""
    answer = academy.get(f"{PATH}/{webhook_id}/deliveries", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def feed(academy: Academy, **params: str | int) -> list[dict[str, Any]]:
    """What has happened, oldest first: the first page."""
    answer = academy.get("/api/v1/events", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def happened(academy: Academy, **params: str | int) -> list[str]:
    """The kinds of what has happened, oldest first."""
    return [event["event"] for event in feed(academy, **params)]


def callback(kind: str) -> dict[str, Any]:
    """What the contract says is sent for an event, by its kind in the example."""
    callbacks = CONTRACT["paths"][PATH]["post"]["callbacks"].values()
    for each in callbacks:
        operation: dict[str, Any] = next(iter(resolved(each).values()))["post"]
        content = operation["requestBody"]["content"]["application/json"]
        if resolved(content["examples"]["event"])["value"]["event"] == kind:
            return operation
    raise LookupError(kind)


def assert_as_described(request: Received, event: dict[str, Any]) -> None:
    """A request is the one that the contract describes for this event."""
    operation = callback(event["event"])
    assert fits(operation["requestBody"]["content"]["application/json"]["schema"], event) == []
    named = {"content-type", "content-length", "host", "user-agent"}
    for parameter in map(resolved, operation["parameters"]):
        name = parameter["name"].lower()
        assert not parameter["required"] or name in request.headers
        if name in request.headers:
            named.add(name)
            assert fits(parameter["schema"], request.headers[name]) == []
    assert request.headers["content-type"] == "application/json"
    assert request.headers.keys() - named <= {"accept", "connection", "accept-encoding"}
