"""Alive, ready, and how the service ends, starts and outlives its database."""

import json
import resource
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests import postgres
from tests.academies import HOLDER
from tests.agreement import error_of
from tests.barrage import request
from tests.databases import Database
from tests.installation import Installation
from tests.server.probe import Wire


def said(web: httpx.Client, status: int, seconds: float = 15) -> httpx.Response:
    """The answer about readiness, which may be a second old, once it has this status."""
    deadline = time.monotonic() + seconds
    while (answer := web.get("/readyz")).status_code != status:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    return answer


def test_alive_and_ready(anyone: httpx.Client) -> None:
    assert (anyone.get("/livez").status_code, anyone.get("/livez").json()) == (200, {"status": "alive"})
    assert (anyone.get("/readyz").status_code, anyone.get("/readyz").json()["status"]) == (200, "ready")


def test_a_database_that_lacks_a_migration_is_not_ready(anyone: httpx.Client, database: Database) -> None:
    database.rows("UPDATE tortoise_migrations SET name = 'x-' || name RETURNING id")
    try:
        assert "0001_initial" in said(anyone, 503, 3).json()["missing"]
        assert anyone.get("/livez").status_code == 200
    finally:
        database.rows("UPDATE tortoise_migrations SET name = substr(name, 3) RETURNING id")
    said(anyone, 200, 3)


@contextmanager
def serving(folder: Path, url: str | None = None) -> Iterator[tuple[Installation, httpx.Client, str]]:
    """An installation of the test's own, with an academy's client and a course."""
    installation = Installation(folder, url)
    installation.start()
    try:
        with installation.client(installation.organization()["api_key"]) as web:
            yield installation, web, web.post("/api/v1/courses", json={"name": "Web"}).json()["data"]["id"]
    finally:
        installation.kill()


def issued(web: httpx.Client, course: str) -> httpx.Response:
    return web.post("/api/v1/certificates", json={"course_id": course, **HOLDER})


def test_a_postgres_that_is_away_is_503_until_it_is_back(tmp_path: Path) -> None:
    with postgres.own_server() as server, serving(tmp_path, server.url) as (_, web, course):
        code = issued(web, course).json()["data"]["code"]
        server.stop()
        began = time.monotonic()
        for answer in (issued(web, course), web.get("/api/v1/courses"), web.get(f"/api/v1/verify/{code}")):
            error_of(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) >= 1
        said(web, 503)
        assert web.get("/livez").status_code == 200
        assert time.monotonic() - began < 20
        server.start()
        said(web, 200)
        assert web.get(f"/api/v1/certificates/{code}").status_code == 200
        assert issued(web, course).status_code == 201


def test_a_postgres_that_hangs_is_503_within_five_seconds(tmp_path: Path) -> None:
    with postgres.own_server() as server, serving(tmp_path, server.url) as (_, web, course):
        server.freeze()
        try:
            began = time.monotonic()
            error_of(issued(web, course), 503, "unavailable")
            assert time.monotonic() - began < 5.5
        finally:
            server.thaw()
        deadline = time.monotonic() + 15
        while issued(web, course).status_code != 201:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@contextmanager
def full_disk(installation: Installation) -> Iterator[None]:
    """No file of the service can grow beyond what SQLite's log has grown to, as on a disk without room."""
    assert installation.process is not None
    pid, (_, most) = installation.process.pid, resource.getrlimit(resource.RLIMIT_FSIZE)
    full = (installation.folder / "truecerta.sqlite3-wal").stat().st_size
    assert installation.log.stat().st_size < full - 20_000, "the service's own log must still have room"
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (full, most))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


def test_a_full_disk_is_503_loses_nothing_and_passes(tmp_path: Path) -> None:
    with serving(tmp_path) as (installation, web, course):
        codes = [issued(web, course).json()["data"]["code"] for _ in range(5)]
        with full_disk(installation):
            for answer in [issued(web, course) for _ in range(3)]:
                error_of(answer, 503, "unavailable")
            assert [web.get(f"/api/v1/certificates/{code}").status_code for code in codes] == [200] * 5
        assert issued(web, course).status_code == 201
        assert len(web.get("/api/v1/certificates").json()["data"]) == 6


def test_a_full_disk_is_not_ready(tmp_path: Path) -> None:
    with serving(tmp_path) as (installation, web, _):
        with full_disk(installation):
            said(web, 503, 3)
        said(web, 200, 3)


def test_told_to_stop_it_finishes_what_it_has_accepted(database: Database, tmp_path: Path) -> None:
    with serving(tmp_path, database.url) as (installation, web, course):
        key = web.headers["authorization"].removeprefix("Bearer ")
        whole = request("/api/v1/certificates", key, {"course_id": course, **HOLDER})
        assert installation.process is not None
        with Wire(installation.port) as wire:
            wire.send(whole[:-5])
            time.sleep(0.3)
            installation.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            answer = wire.send(whole[-5:]).answer()
        assert answer.status == 201
        assert installation.process.wait(15) == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", installation.port), timeout=5)
        installation.start()
        assert web.get(f"/api/v1/certificates/{json.loads(answer.body)['data']['code']}").status_code == 200


def test_stopped_under_load_no_acknowledged_certificate_is_lost(database: Database, tmp_path: Path) -> None:
    with serving(tmp_path, database.url) as (installation, web, course):
        codes: list[str] = []

        def issue() -> None:
            while True:
                try:
                    codes.append(issued(web, course).json()["data"]["code"])
                except httpx.TransportError:
                    return

        threads = [threading.Thread(target=issue) for _ in range(6)]
        for thread in threads:
            thread.start()
        while len(codes) < 30:
            time.sleep(0.01)
        assert installation.stop() == 0
        for thread in threads:
            thread.join(20)
        installation.start()
        assert {web.get(f"/api/v1/certificates/{code}").status_code for code in codes} == {200}


def test_a_port_that_is_taken_is_a_sentence(installation: Installation, tmp_path: Path) -> None:
    other = Installation(tmp_path, port=installation.port)
    refused = other.command("serve", "--port", str(installation.port), check=False)
    assert refused.returncode == 1
    assert str(installation.port) in refused.stderr
    assert "Traceback" not in refused.stderr
