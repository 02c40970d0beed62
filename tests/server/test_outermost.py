"""The outermost layer: ids on everything that leaves, and one shape for errors whoever made them."""

import re
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.testing import capture_logs

from rules.errors import Refused
from server.outermost import Outermost
from tests.academies import Academy
from tests.agreement import error_of


async def asked(app: ASGIApp, path: str = "/api/v1/courses", method: str = "GET") -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Outermost(app)), base_url="http://test") as client:
        return await client.request(method, path)


def raising(fault: Exception) -> ASGIApp:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise fault

    return app


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "bad_request"),
        (405, "method_not_allowed"),
        (404, "not_found"),
        (418, "bad_request"),
        (502, "internal_error"),
    ],
)
@pytest.mark.parametrize("path", ["/api", "/api/v1/courses"])
async def test_an_error_in_another_shape_is_put_into_the_one_shape(path: str, status: int, code: str) -> None:
    answer = await asked(PlainTextResponse("Nope", status, {"set-cookie": "a=b"}), path)
    error_of(answer, answer.status_code, code)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/v/x", "/apiary", "/apis"])
async def test_pages_keep_their_own_errors(path: str) -> None:
    assert (await asked(PlainTextResponse("Nope", 404), path)).text == "Nope"


@pytest.mark.parametrize(
    "answer", [Response(b"", 204), JSONResponse({}), PlainTextResponse("<svg/>", media_type="image/svg+xml")]
)
async def test_what_succeeds_is_left_alone(answer: Response) -> None:
    found = await asked(answer)
    assert (found.status_code, found.content) == (answer.status_code, answer.body)


@pytest.mark.parametrize("path", ["/api/v1/courses", "/v/x"])
async def test_a_fault_of_ours_tells_nothing(path: str) -> None:
    answer = await asked(raising(ValueError("secret detail")), path)
    error_of(answer, 500, "internal_error")
    assert "secret" not in answer.text


async def test_a_database_that_is_away_is_503_with_when_to_come_back() -> None:
    answer = await asked(raising(ConnectionRefusedError()))
    error_of(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_refusal_that_nobody_caught_is_answered() -> None:
    error_of(await asked(raising(Refused("gone", "It is gone."))), 410, "gone")


async def test_a_fault_after_the_beginning_adds_nothing() -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ValueError

    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:  # noqa: ANN401  # ASGI's own
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/api/v1/courses", "headers": []}
    await Outermost(app)(scope, send, send)  # type: ignore[arg-type]  # nothing is received
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]


def test_every_answer_has_an_id(academy: Academy, anyone: httpx.Client) -> None:
    paths = ("/api/v1/courses", "/api/nothing", "/v/nothing", "/livez", "/openapi.yaml", "/api/v1/verify/x")
    ids = [answer.headers["x-request-id"] for path in paths for answer in (academy.get(path), anyone.get(path))]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in ids)


@pytest.mark.parametrize("given", ["request-1234", "a" * 64, "01J9Z3.x_y-z"])
def test_a_callers_id_is_kept(anyone: httpx.Client, given: str) -> None:
    assert anyone.get("/api/v1/courses", headers={"X-Request-Id": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["short", "a" * 65, "with blanks in", "semi;colon", "caf\xe9-1234"])
def test_an_id_that_is_no_plain_word_is_replaced(anyone: httpx.Client, given: str) -> None:
    answer = anyone.get("/api/v1/courses", headers=[(b"X-Request-Id", given.encode("latin-1"))])
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/claim/eyJh.eyJz.c2ln", "/claim/…"),
        ("/claim/eyJh.eyJz.c2ln/", "/claim/…"),
        ("/claim/a/b", "/claim/…"),
        ("/CLAIM/eyJh.eyJz.c2ln", "/CLAIM/…"),
        ("/claim/x\nforged", "/claim/…"),
        ("//claim/eyJh.eyJz.c2ln", "//claim/…"),
        ("/under/claim/eyJh.eyJz.c2ln", "/under/claim/…"),
        ("/claim/", "/claim/"),
        ("/claims", "/claims"),
        ("/api/v1/claims", "/api/v1/claims"),
        ("/v/TRC-EXA-26-AAAAAA", "/v/TRC-EXA-26-AAAAAA"),
    ],
)
@pytest.mark.parametrize("app", [PlainTextResponse("Fine"), raising(ValueError("broken"))])
async def test_what_claims_a_certificate_is_not_logged(app: ASGIApp, path: str, logged: str) -> None:
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}

    async def ignore(_message: Any = None) -> Any:  # noqa: ANN401  # ASGI's own
        return {"type": "http.request", "body": b""}

    with capture_logs() as logs:
        await Outermost(app)(scope, ignore, ignore)
    assert [line["path"] for line in logs if line["event"] == "request"] == [logged]
    assert "c2ln" not in str([{**line, "exc_info": None} for line in logs])
