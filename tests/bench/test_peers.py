"""What the service is measured against does the same: the same answers, and the same rows where it writes.

FastAPI and Litestar are compared where they are installed: with `bench` in requirements/, not with `test`.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest

from bench.peers import constant
from services import organizations
from services.callers import Caller
from tests import agreement
from tests.academies import HOLDER, Academy, found_academy
from tests.databases import Database
from tests.installation import ROOT, Installation, free_port

pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)
WRITTEN = {
    "certificate": "id",
    "event": "certificate_id",
    "mail": "certificate_id",
    "audit_entry": "subject",
}
"""The tables that an issue writes into, with the column that tells of which certificate a row is."""
ITS_OWN = {"id", "code", "subject", "certificate_id", "created_at", "issued_at", "expires_at", "due_at", "timestamp"}
"""What no two certificates have in common."""


@contextmanager
def serving(name: str, *options: str) -> Iterator[httpx.Client]:
    port = free_port()
    command = [sys.executable, "-m", "bench.peers", name, "--port", str(port), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        wait_for(port, process)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            yield client
    finally:
        process.terminate()
        process.communicate(timeout=20)


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + 30
    while time.monotonic() < ends and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    process.kill()
    message = f"it does not serve: {process.communicate()[0].decode()[-2000:]}"
    raise RuntimeError(message)


@pytest.fixture(scope="module")
def ours(own_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The service without a worker: rows stay as an issue has written them."""
    installation = Installation(tmp_path_factory.mktemp("ours"), own_database.url)
    installation.start("--no-worker")
    yield installation
    installation.stop()


@pytest.fixture(scope="module", params=["bare", "fastapi", "litestar"])
def peer(request: pytest.FixtureRequest, own_database: Database, ours: Installation) -> Iterator[httpx.Client]:
    """One of them, on the database of the service, its links like the service's."""
    if request.param != "bare":
        pytest.importorskip(request.param, reason="only the environment of `bench` has it")
    with serving(request.param, "--database", own_database.url, "--base-url", ours.url) as client:
        yield client


@pytest.fixture
def academy(ours: Installation, own_database: Database) -> Iterator[Academy]:
    """An academy that both know."""
    with ours.client(event_hooks={"response": [agreement.check]}) as web:
        yield found_academy(web, own_database)


@pytest.fixture
def states(academy: Academy) -> dict[str, str]:
    """A certificate in each state, by code; all but one are claimed. The academy has a logo."""
    shown = {"logo_url": "https://example.com/logo.png"}
    academy.database.run(partial(organizations.update, Caller(academy.id), shown, now=datetime.now(UTC)))
    full = academy.course(description="Two terms.", eqf_level=5, nlqf_level="5", qualification_label="MBO 4")["id"]
    plain = academy.course(validity_period_months=12)["id"]
    codes = {
        "never_expires": academy.issue(full)["code"],
        "valid": academy.issue(plain)["code"],
        "expired": academy.issue(plain, issued_at="2020-01-31T10:00:00Z")["code"],
        "renewed": academy.issue(plain)["code"],
        "revoked": academy.issue(plain)["code"],
        "revoked, with a reason": academy.issue(full)["code"],
        "unclaimed": academy.issue(plain)["code"],
    }
    for state, code in codes.items():
        if state != "unclaimed":
            academy.alter(code, claimed_at=datetime.now(UTC) - timedelta(seconds=1))
    assert academy.post(f"/api/v1/certificates/{codes['renewed']}/renew").status_code == 201
    assert academy.revoke(codes["revoked"]).status_code == 200
    assert academy.revoke(codes["revoked, with a reason"], reason="Issued in error").status_code == 200
    assert academy.patch(f"/api/v1/courses/{plain}", json={"name": "Data Science"}).status_code == 200
    codes["a second version"] = academy.issue(plain)["code"]
    academy.alter(codes["a second version"], claimed_at=datetime.now(UTC))
    return codes


def differing(ours: httpx.Response, theirs: httpx.Response) -> list[object]:
    """Both answers, where their statuses or what their JSON says differ."""
    pairs = [(answer.status_code, answer.json()) for answer in (ours, theirs)]
    return [] if pairs[0] == pairs[1] else [*pairs]


def test_public_answers_are_ours(academy: Academy, states: dict[str, str], peer: httpx.Client) -> None:
    seen = set()
    for code in states.values():
        for path in (f"/api/v1/verify/{code}", f"/api/obi/assertion/{code}"):
            ours, theirs = academy.web.get(path), peer.get(path)
            seen.add((path.split("/")[3], ours.status_code, ours.json().get("status")))
            if ours.status_code == 404:
                assert theirs.status_code == 404
            else:
                assert differing(ours, theirs) == []
    assert {status for kind, _, status in seen if kind == "verify"} == {
        "never_expires",
        "valid",
        "expired",
        "renewed",
        "revoked",
    }
    assert {number for kind, number, _ in seen if kind == "assertion"} == {200, 404, 410}


@pytest.mark.usefixtures("states")
def test_a_list_is_ours(academy: Academy, peer: httpx.Client) -> None:
    carried = {"Authorization": f"Bearer {academy.key}"}
    for limit in (3, academy.count(), 50):
        path = f"/api/v1/certificates?limit={limit}"
        assert differing(academy.get(path), peer.get(path, headers=carried)) == []
    assert peer.get("/api/v1/certificates", headers={"Authorization": "Bearer another"}).status_code == 401


def alike(value: object) -> object:
    """What is left of a row, or of JSON in it, without what is its own; JSON is compared as values."""
    if isinstance(value, bytes | str) and value[:1] in (b"{", "{"):
        return alike(json.loads(value))
    if isinstance(value, dict):
        return {name: alike(member) if name not in ITS_OWN else type(member).__name__ for name, member in value.items()}
    return value


def written(database: Database, issued: dict[str, Any]) -> dict[str, list[object]]:
    """The rows of an issue, table by table."""
    names = {"id": issued["id"], "certificate_id": issued["id"], "subject": issued["code"]}
    return {
        table: [alike(row) for row in database.rows(f"SELECT * FROM {table} WHERE {column} = $1", names[column])]  # noqa: S608  # names of ours
        for table, column in WRITTEN.items()
    }


def test_an_issue_writes_the_rows_that_ours_writes(
    academy: Academy, peer: httpx.Client, own_database: Database
) -> None:
    course_id = academy.course(validity_period_months=12)["id"]
    holder = {"holder_name": "Zoë  Doe", "holder_email": "Zoe@example.com"}
    issued = academy.issue(course_id, **holder)
    carried = {"Authorization": f"Bearer {academy.key}"}
    wanted = {"course_id": course_id, **HOLDER, **holder, "holder_name": issued["holder_name"]}
    answer = peer.post("/api/v1/certificates", headers=carried, json=wanted)
    assert answer.status_code == 201, answer.text
    theirs = answer.json()["data"]
    assert alike(theirs) == alike({**issued, "links": theirs["links"]})
    assert academy.read(theirs["code"]) == theirs
    rows = written(own_database, theirs)
    assert rows == written(own_database, issued)
    assert {table: len(found) for table, found in rows.items()} == dict.fromkeys(WRITTEN, 1)


def test_what_is_no_certificate_is_refused(academy: Academy, peer: httpx.Client) -> None:
    carried = {"Authorization": f"Bearer {academy.key}"}
    wanted = {"course_id": academy.course()["id"], **HOLDER}
    count = academy.count()
    for members in ({"holder_name": 7}, {"course_id": str(UUID(int=7))}):
        answer = peer.post("/api/v1/certificates", headers=carried, json={**wanted, **members})
        assert 400 <= answer.status_code < 500
    assert peer.post("/api/v1/certificates", json=wanted).status_code == 401
    assert academy.count() == count


def test_the_constant_answer_is_as_long_as_a_verification(academy: Academy) -> None:
    code = academy.issue()["code"]
    with serving("constant") as client:
        answer = client.get("/api/v1/verify/anything")
        assert answer.content == constant.BODY
        assert answer.json()["valid"]
    assert abs(len(answer.content) - len(academy.web.get(f"/api/v1/verify/{code}").content)) < 60
