"""Endpoints of this run go, and those that a broken-off run left behind; those of others stay."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from conformance.clearing import remove_endpoints
from conformance.patience import Patience
from tests.conformance.made_up import asking_with

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
HOOKS = "/api/v1/webhooks"


def endpoint(name: str, path: str, created_at: object = "2026-03-15T11:59:00Z") -> dict[str, object]:
    return {"id": name, "url": f"https://hooks.example.com{path}", "created_at": created_at}


LISTED = [
    endpoint("mine", "/truecerta-conformance/run/x"),
    endpoint("deep", "/deep/truecerta-conformance/run/x"),
    endpoint("of-a-run-now", "/truecerta-conformance/other/x"),
    endpoint("left-behind", "/truecerta-conformance/other/x", "2026-03-15T10:59:00Z"),
    endpoint("without-a-time", "/truecerta-conformance/other/x", None),
    endpoint("real", "/events", "2025-01-01T00:00:00Z"),
    {"id": "odd", "url": "https://[", "created_at": 1},
]


class Server:
    """Lists endpoints, and remembers what was to be removed."""

    def __init__(self, removing: Callable[[], httpx.Response] = lambda: httpx.Response(204)) -> None:
        self.removing = removing
        self.removed: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Its answer."""
        if request.method == "DELETE":
            key = request.headers["Authorization"].removeprefix("Bearer ")
            self.removed.append((request.url.raw_path.decode().removeprefix(f"{HOOKS}/"), key))
            return self.removing()
        made = {"data": {"id": f"made {json.loads(request.content)['url']}"}} if request.method == "POST" else None
        return httpx.Response(201, json=made) if made else httpx.Response(200, json={"data": LISTED})


def test_what_is_left_behind_goes_and_what_is_of_others_stays() -> None:
    server = Server()
    remove_endpoints([asking_with(server, key="k"), None], ["run"], NOW)
    assert [name for name, _ in server.removed] == ["mine", "deep", "left-behind"]


def test_whatever_was_made_goes_wherever_it_leads() -> None:
    server = Server()
    academy, public = asking_with(server, key="k"), asking_with(server)
    academy.post(HOOKS, json={"url": "a/b"})
    public.post(HOOKS, json={"url": "c"}, headers={"Authorization": "Bearer other"})
    academy.post(HOOKS, json={"url": "removed"})
    academy.delete(f"{HOOKS}/made removed")
    server.removed.clear()
    remove_endpoints([academy, public], [], datetime(2026, 3, 15, 11, 30, tzinfo=UTC))
    assert server.removed == [("made%20a%2Fb", "k"), ("made%20c", "other")]


def silent() -> httpx.Response:
    raise httpx.ReadTimeout("")


@pytest.mark.parametrize("failing", [lambda: httpx.Response(429), lambda: httpx.Response(500, text="no"), silent])
def test_one_that_does_not_go_does_not_keep_the_others(failing: Callable[[], httpx.Response]) -> None:
    answers = [failing]
    server = Server(lambda: answers.pop()() if answers else httpx.Response(204))
    remove_endpoints([asking_with(server, Patience(lambda _seconds: None), key="k")], ["run"], NOW)
    assert [name for name, _ in server.removed] == ["mine", "deep", "left-behind"]


def test_a_server_that_has_gone_away_is_not_asked_for_ever() -> None:
    server = Server(silent)
    academy = asking_with(server, key="k")
    academy.endpoints.update({str(number): {} for number in range(40)})
    remove_endpoints([academy], ["run"], NOW)
    assert len(server.removed) == 3
