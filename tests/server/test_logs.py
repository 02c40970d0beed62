"""Logs: a line per request with the id that its answer carries, and nothing that a stranger could forge."""

import io
import json
import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from server import logs, request_log
from server.settings import Settings
from tests import postgres
from tests.installation import UNLIMITED, Installation


@pytest.fixture(scope="module", params=["json", "console"])
def own(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation on SQLite that logs in either format."""
    settings = {**UNLIMITED, "TRUECERTA_LOG_FORMAT": request.param}
    made = Installation(tmp_path_factory.mktemp("logs"), environment=settings)
    made.start()
    yield made
    made.stop()


def raw(own: Installation, before: int) -> bytes:
    """What was logged since; a request's line is written just after its answer."""
    deadline = time.monotonic() + 5
    while not (said := own.log.read_bytes()[before:]).endswith(b"\n") and time.monotonic() < deadline:
        time.sleep(0.01)
    return said


def written(own: Installation, before: int) -> list[str]:
    """The lines that were logged since."""
    return raw(own, before).decode().splitlines()


def lines_of(own: Installation, request_id: str) -> list[str]:
    """The lines of one request, once there are any: others may still be writing theirs."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        found = [line for line in own.log.read_text().splitlines() if request_id in line]
        if found:
            return found
        time.sleep(0.01)
    return []


def size(own: Installation) -> int:
    return own.log.stat().st_size


def test_a_request_is_one_line_with_the_id_of_its_answer(own: Installation) -> None:
    with own.client() as web:
        answer = web.get("/api/v1/verify/TRC-EXA-26-AAAAAA?token=secret")
    (line,) = lines_of(own, answer.headers["x-request-id"])
    assert "verify_certificate" in line
    assert "404" in line
    assert "/api/v1/verify/TRC-EXA-26-AAAAAA" in line
    assert "secret" not in line


def test_a_key_is_never_logged(own: Installation) -> None:
    made = own.organization()
    before = size(own)
    with own.client(made["api_key"]) as web:
        assert web.get("/api/v1/courses").status_code == 200
    text = "\n".join(written(own, before))
    assert made["api_key"][9:-6] not in text
    assert made["organization_id"] in text


@pytest.mark.parametrize(
    "path", ["/v/a%0aforged=1", "/api/v1/verify/a%0d%0a%7b%22event%22:%22forged%22%7d", "/v/%e2%80%a8x"]
)
def test_a_path_forges_no_line(own: Installation, path: str) -> None:
    before = size(own)
    with own.client() as web:
        assert web.get(path).status_code == 404
    said = raw(own, before)
    assert said.count(b"\n") == 1
    assert b"\r" not in said


def test_a_path_commands_no_terminal(own: Installation) -> None:
    before = size(own)
    with own.client() as web:
        assert web.get("/v/%1b%5b2J").status_code == 404
    assert b"\x1b[2J" not in raw(own, before)


def test_json_logs_are_one_object_a_line(own: Installation) -> None:
    if own.environment["TRUECERTA_LOG_FORMAT"] != "json":
        return
    before = size(own)
    with own.client() as web:
        web.get("/v/x", headers={"X-Request-Id": "request-1234"})
    raw(own, before)
    lines = [line for line in own.log.read_text().splitlines() if line.startswith("{")]
    events: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert {"event", "level", "timestamp"} <= set.intersection(*(set(event) for event in events))
    assert [event["path"] for event in events if event.get("request_id") == "request-1234"] == ["/v/x"]
    others = [line for line in own.log.read_text().splitlines() if not line.startswith("{")]
    assert all(line.startswith(("Data directory", "Database", "Migrations")) for line in others)


def test_a_level_leaves_out_what_is_below(tmp_path: Path) -> None:
    made = Installation(tmp_path, environment={**UNLIMITED, "TRUECERTA_LOG_LEVEL": "warning"})
    made.start()
    try:
        assert httpx.get(f"{made.url}/v/x").status_code == 404
    finally:
        made.stop()
    assert "request" not in made.log.read_text()


def test_what_others_repeat_of_an_outage_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure(Settings())
    try:
        logging.getLogger("asyncpg.pool").warning("Failed to restore the pool", exc_info=OSError("away"))
        logging.getLogger("asyncpg.pool").error("something else")
    finally:
        structlog.reset_defaults()
        request_log.requests.configure(None, sys.stderr)
    assert "restore" not in stream.getvalue()
    assert "something else" in stream.getvalue()


def test_an_outage_of_postgresql_is_told_without_tracebacks(tmp_path: Path) -> None:
    with postgres.own_server() as server:
        made = Installation(tmp_path, server.url)
        made.start()
        try:
            server.stop()
            deadline = time.monotonic() + 4  # the pool tries again after one second, and after two
            while time.monotonic() < deadline:
                assert httpx.get(f"{made.url}/api/v1/verify/TRC-EXA-26-AAAAAA", timeout=10).status_code == 503
                time.sleep(0.3)
            text = made.log.read_text()
        finally:
            made.kill()
            server.start()
    assert "database away" in text
    assert "changes not heard" in text
    assert "connection floor" not in text
    assert "Traceback" not in text
