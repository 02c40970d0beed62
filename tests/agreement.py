"""Whether an answer is one that the contract promises: its status, media type, headers and body."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import yaml
from openapi_schema_validator import OAS30Validator, oas30_format_checker

CONTRACT: dict[str, Any] = yaml.safe_load((Path(__file__).parent.parent / "openapi.yaml").read_bytes())
METHODS = {"get", "post", "patch", "put", "delete"}
PUBLIC = ("/api/v1/verify/", "/api/obi/")
ERROR = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}}}
ANY_PATH = {400, 405, 408, 431}
"""What a request may be answered with before it is one of an operation."""


def check(response: httpx.Response) -> None:
    """Fail unless the contract promises this answer."""
    request = response.request
    path = request.url.path
    if not f"{path}/".startswith("/api/"):
        return
    response.read()
    assert response.status_code < 500 or response.status_code == 503, response.text
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-request-id"]
    found = operation_of(request.method, path)
    if found is not None:
        assert response.headers.get("access-control-allow-origin") == ("*" if path.startswith(PUBLIC) else None)
    promised = found["responses"].get(str(response.status_code)) if found else None
    if promised is None:
        preflight = request.method == "OPTIONS" and response.status_code == 204
        known = preflight or response.status_code in (ANY_PATH if found else {404, *ANY_PATH})
        assert known, f"{request.method} {path}: {response.status_code}"
        promised = {} if preflight else ERROR
    _check(response, resolved(promised), is_head=request.method == "HEAD")


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """The operation behind a request; HEAD asks what GET would."""
    name = "get" if method == "HEAD" else method.lower()
    for template, methods in CONTRACT["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path) and name in methods:
            found: dict[str, Any] = methods[name]
            return found
    return None


def resolved(thing: dict[str, Any]) -> dict[str, Any]:
    """A component where the contract refers to one."""
    while "$ref" in thing:
        name = thing["$ref"]
        thing = CONTRACT
        for step in name.removeprefix("#/").split("/"):
            thing = thing[step]
    return thing


def fits(schema: dict[str, Any], value: object) -> list[str]:
    """What is wrong with a value by a schema of the contract."""
    return [f"{list(fault.absolute_path)}: {fault.message}" for fault in _validator(str(schema)).iter_errors(value)]


@cache
def _validator(schema: str) -> OAS30Validator:
    plain = yaml.safe_load(schema)
    whole = {"components": CONTRACT["components"], "allOf": [plain]}
    return OAS30Validator(whole, format_checker=oas30_format_checker)


def _check(response: httpx.Response, promised: dict[str, Any], *, is_head: bool) -> None:
    for name, header in promised.get("headers", {}).items():
        assert not resolved(header).get("required") or name in response.headers, f"{name} is missing"
    if "content" not in promised:
        assert response.content == b""
        assert "content-type" not in response.headers
        return
    media_type = response.headers["content-type"]
    assert media_type in promised["content"]
    if is_head:
        assert response.content == b""
        assert int(response.headers["content-length"]) > 0
        return
    assert int(response.headers["content-length"]) == len(response.content)
    body = response.json() if "json" in media_type else response.text
    assert fits(promised["content"][media_type]["schema"], body) == []


def error_of(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """An error in its one shape, with this status and code."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert body.keys() == {"error"}
    error: dict[str, Any] = body["error"]
    assert error["code"] == code
    assert error["message"]
    assert error.keys() <= {"message", "code", "details"}
    return error


def fields_of(response: httpx.Response) -> list[str]:
    """Which fields an error says are wrong."""
    return [detail["field"] for detail in response.json()["error"].get("details", [])]
