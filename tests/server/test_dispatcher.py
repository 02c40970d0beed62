"""From an address to an operation: methods, unknown paths, HEAD, scripts of other pages, and the contract itself."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

import handlers.courses
from server.answer_cache import AnswerCache
from server.app import create
from server.budgets import Budgets, Rates
from server.dispatcher import Dispatcher
from server.limits import Limits
from server.settings import Settings
from services.api_keys import Usage
from services.changes import Changes
from tests.academies import Academy
from tests.agreement import CONTRACT, METHODS, error_of

CODE, COURSE = "TRC-EXA-26-AAAAAA", "6f1d2a64-3c1e-4f0b-9a44-0d8a4a8b7c11"
IDS = dict.fromkeys(("course_id", "organization_id", "webhook_id", "delivery_id"), COURSE)
PATHS = {path: path.format(code=CODE, **IDS) for path in CONTRACT["paths"]}
PUBLIC = [path for path in PATHS if path.startswith(("/api/v1/verify", "/api/obi"))]
CORS = ("access-control-allow-origin", "access-control-expose-headers")


def allowed(path: str) -> set[str]:
    """The methods that the contract gives a path."""
    methods = {method.upper() for method in CONTRACT["paths"][path] if method in METHODS}
    return methods | ({"HEAD"} if "GET" in methods else set())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_method_that_a_path_has_not_is_405_with_those_it_has(anyone: httpx.Client, method: str, path: str) -> None:
    answer = anyone.request(method, PATHS[path])
    if method in allowed(path):
        assert answer.status_code in ({422} if path == "/api/v1/claims" else {401, 404})
    elif method == "OPTIONS" and path in PUBLIC:
        assert answer.status_code == 204
    else:
        assert answer.status_code == 405
        assert {name.strip() for name in answer.headers["allow"].split(",")} == allowed(path)
        if method != "HEAD":
            error_of(answer, 405, "method_not_allowed")


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v2/courses",
        "/api/v1/nothing",
        "/api/v1/courses/",
        "/api/v1/certificates/",
        f"/api/v1/certificates/{CODE}/",
        f"/api/v1/verify/{CODE}/",
        "/api/v1/verify/",
        "/api/v1/verify//",
        "/api/v1//courses",
        f"/api/v1/certificates/{CODE}%2Frevoke/more",
        "/api/%0d%0aSet-Cookie:%20a=b",
        "/api/v1/courses/%00",
        "/api/v1/..%2f..%2fetc/passwd",
        "/api/%ff%fe",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_where_nothing_is_the_answer_is_404_in_the_errors_shape(academy: Academy, method: str, path: str) -> None:
    answer = academy.call(method, path, follow_redirects=False)
    if path.endswith("courses/%00") and method != "GET":
        error_of(answer, 405, "method_not_allowed")
    else:
        error_of(answer, 404, "not_found")
    assert "set-cookie" not in answer.headers


def test_head_answers_as_get_without_the_body(academy: Academy, anyone: httpx.Client) -> None:
    issued = academy.issue()
    paths = [
        "/api/v1/certificates",
        f"/api/v1/certificates/{issued['code']}",
        "/api/v1/courses",
        f"/api/v1/courses/{issued['course_id']}",
        f"/api/v1/verify/{issued['code']}",
        f"/api/obi/assertion/{issued['code']}",
        f"/api/obi/badge-class/{issued['course_id']}",
        f"/api/obi/badge-class/{issued['course_id']}/image",
        f"/api/obi/issuer/{academy.id}",
        f"/v/{issued['code']}",
        "/v/nothing",
        "/openapi.yaml",
        "/livez",
        "/readyz",
    ]
    for path in paths:
        client = academy if path.startswith("/api/v1/c") else anyone
        head, get = (
            client.call(method, path) if isinstance(client, Academy) else client.request(method, path)
            for method in ("HEAD", "GET")
        )
        assert head.content == b""
        assert head.status_code == get.status_code
        assert _steady(head) == _steady(get), path


def _steady(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in {"date", "x-request-id"}}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", [{}, {"Origin": "https://example.com"}])
def test_scripts_may_read_what_is_public_and_its_errors_only(
    anyone: httpx.Client, path: str, origin: dict[str, str]
) -> None:
    for method in ("GET", "DELETE"):
        answer = anyone.request(method, PATHS[path], headers=origin)
        assert answer.headers.get(CORS[0]) == ("*" if path in PUBLIC else None)
        assert "access-control-allow-credentials" not in answer.headers


def test_scripts_may_read_what_succeeds_too(academy: Academy, anyone: httpx.Client) -> None:
    issued = academy.issue()
    badge = f"/api/obi/badge-class/{issued['course_id']}"
    public = (f"/api/v1/verify/{issued['code']}", badge, f"{badge}/image", f"/api/obi/issuer/{academy.id}")
    for path in public:
        answer = anyone.get(path)
        assert (answer.status_code, answer.headers[CORS[0]]) == (200, "*")
        exposed = {name.strip().lower() for name in answer.headers[CORS[1]].split(",")}
        limits = {f"x-ratelimit-{name}" for name in ("limit", "remaining", "reset")}
        assert limits | {"retry-after"} <= exposed
    assert CORS[0] not in academy.get("/api/v1/courses").headers
    for path in (f"/v/{issued['code']}", "/openapi.yaml", "/readyz", "/api/v1/nothing"):
        assert CORS[0] not in anyone.get(path).headers, path


def test_a_preflight_is_answered_for_what_is_public_only(anyone: httpx.Client) -> None:
    asks = {"Origin": "https://example.com", "Access-Control-Request-Method": "GET"}
    for path, address in PATHS.items():
        answer = anyone.options(address, headers=asks)
        if path in PUBLIC:
            assert answer.status_code == 204
            assert answer.headers[CORS[0]] == "*"
            assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
        else:
            assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize("accept", ["text/html", "application/xml;q=0.9", "", "nonsense", "*/*;q=0"])
def test_accept_never_causes_an_error(academy: Academy, anyone: httpx.Client, accept: str) -> None:
    code = academy.issue()["code"]
    for answer in (
        academy.get("/api/v1/courses", headers={"Accept": accept}),
        anyone.get(f"/api/v1/verify/{code}", headers={"Accept": accept}),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    error_of(anyone.get("/api/v1/nothing", headers={"Accept": accept}), 404, "not_found")


def test_the_contract_is_served_byte_for_byte(anyone: httpx.Client) -> None:
    authored = (Path(__file__).parents[2] / "openapi.yaml").read_bytes()
    answer = anyone.get("/openapi.yaml")
    assert answer.content == authored
    assert "yaml" in answer.headers["content-type"]


def test_a_missing_handler_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(handlers.courses, "get_course")
    with pytest.raises(Exception, match="get_course"):
        asyncio.run(_start())


def test_a_handler_that_asks_for_what_the_contract_does_not_give_stops_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def get_course(course_id: str, colour: str) -> None: ...

    get_course.__module__ = "handlers.courses"
    monkeypatch.setattr(handlers.courses, "get_course", get_course)
    with pytest.raises(TypeError, match="colour"):
        asyncio.run(_start())


async def _start() -> None:
    """Start the application as a server does, and fail as it fails."""
    app = create(Settings(database_url="sqlite:///:memory:"))  # type: ignore[arg-type]  # read as a setting is

    async def receive() -> dict[str, Any]:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:  # noqa: ANN401  # ASGI's own
        raise AssertionError(message)

    await app({"type": "lifespan", "state": {}}, receive, send)


@pytest.mark.parametrize(("status", "drops"), [(404, False), (405, False), (422, False), (200, True), (303, True)])
async def test_who_is_refused_drops_nothing_that_is_kept(status: int, *, drops: bool) -> None:
    async def page(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def nothing(*_: object) -> None:
        pass

    changes = Changes.at("sqlite:///nowhere.sqlite3")
    budgets = Budgets(Limits.at(None), Rates(None, None, None, None), (), Usage())
    dispatcher = Dispatcher(page, budgets=budgets, changes=changes, answers=AnswerCache(changes), at_hand={})
    before = changes.mark
    await dispatcher({"type": "http", "method": "POST", "path": "/nothing/here", "headers": []}, nothing, nothing)  # type: ignore[arg-type]
    assert (changes.mark > before) is drops
