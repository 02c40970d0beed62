"""The worker as a process: events reach a real receiver and mails their folder, whoever is killed or stopped meanwhile."""

import os
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from models import Delivery
from services import events, webhooks
from services.keyring import Keyring
from tests.academies import Academy, found_academy
from tests.databases import Database
from tests.installation import SECRET, UNLIMITED, Installation
from tests.server.probe import until

SETTINGS = {**UNLIMITED, "TRUECERTA_ALLOW_PRIVATE_WEBHOOKS": "true", "TRUECERTA_WEBHOOK_RETRIES": "1s,1s,1s"}


class Receiver(ThreadingHTTPServer):
    """An endpoint on this machine that keeps the ids of what came, and answers when it may."""

    daemon_threads = True

    def __init__(self) -> None:
        self.came: list[str] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        super().__init__(("127.0.0.1", 0), _Hook)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver = self.server
        assert isinstance(receiver, Receiver)
        self.rfile.read(int(self.headers["Content-Length"]))
        receiver.came.append(self.headers["webhook-id"])
        receiver.may_answer.wait(30)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield made
        finally:
            made.may_answer.set()
            made.shutdown()
            thread.join()


@contextmanager
def serving(database: Database, folder: Path, receiver: Receiver) -> Iterator[tuple[Installation, Academy]]:
    """An installation of the test's own, with an academy that has an endpoint."""
    installation = Installation(folder, database.url, dict(SETTINGS))
    installation.start()
    try:
        with installation.client() as web:
            academy = found_academy(web, database)
            wanted = webhooks.Wanted(receiver.url)
            database.run(partial(webhooks.create, academy.caller, wanted, Keyring(SECRET), datetime.now(UTC)))
            yield installation, academy
    finally:
        installation.kill()


def tell(academy: Academy, count: int = 1) -> None:
    """Events for the academy's endpoint."""

    async def send() -> None:
        for _ in range(count):
            await events.send_test(academy.caller, datetime.now(UTC))

    academy.database.run(send)


def undelivered(academy: Academy) -> int:
    async def ask() -> int:
        return await Delivery.filter(webhook__organization_id=academy.id, status="pending").count()

    return academy.database.run(ask)


def test_an_event_and_a_mail_arrive_soon(empty_database: Database, tmp_path: Path, receiver: Receiver) -> None:
    with serving(empty_database, tmp_path, receiver) as (installation, academy):
        academy.issue()
        assert until(lambda: len(receiver.came) == 1) < 5
        until(lambda: len(list((installation.folder / "mail").glob("*.eml"))) == 1)
        until(lambda: undelivered(academy) == 0)


def test_readiness_tells_how_long_the_first_in_the_queue_waits(
    empty_database: Database, tmp_path: Path, receiver: Receiver
) -> None:
    installation = Installation(tmp_path, empty_database.url)
    installation.start("--no-worker")
    try:
        with installation.client() as web:
            academy = found_academy(web, empty_database)
            wanted = webhooks.Wanted(receiver.url)
            empty_database.run(partial(webhooks.create, academy.caller, wanted, Keyring(SECRET), datetime.now(UTC)))
            assert waiting(web) == (None, None)
            academy.issue()
            until(lambda: None not in waiting(web))
            delivery, mail = waiting(web)
            assert delivery is not None
            assert mail is not None
            assert 0 < delivery < 20
            assert 0 < mail < 20
    finally:
        installation.kill()


def waiting(web: httpx.Client) -> tuple[float | None, float | None]:
    answer = web.get("/readyz")
    assert answer.status_code == 200
    return answer.json()["oldest_due_delivery_seconds"], answer.json()["oldest_due_mail_seconds"]


def test_stopped_meanwhile_it_waits_for_the_answer(
    empty_database: Database, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.may_answer.clear()
    with serving(empty_database, tmp_path, receiver) as (installation, academy):
        tell(academy)
        until(lambda: len(receiver.came) == 1)
        assert installation.process is not None
        installation.process.terminate()
        until(lambda: "Finished server process" in installation.log.read_text())
        receiver.may_answer.set()
        assert installation.process.wait(10) == 0
        assert undelivered(academy) == 0
        assert len(receiver.came) == 1


def test_stopped_meanwhile_it_gives_back_what_is_not_answered(
    empty_database: Database, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.may_answer.clear()
    with serving(empty_database, tmp_path, receiver) as (installation, academy):
        tell(academy, 2)
        until(lambda: len(receiver.came) == 2)
        assert installation.process is not None
        installation.process.terminate()
        assert installation.process.wait(10) == 0
        assert "killed" not in installation.log.read_text()
        assert undelivered(academy) == 2
        receiver.may_answer.set()
        installation.start()
        assert until(lambda: undelivered(academy) == 0) < 10
        assert len(set(receiver.came)) == 2


def test_killed_meanwhile_another_sends_it_once_the_lease_has_ended(
    empty_database: Database, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.may_answer.clear()
    with serving(empty_database, tmp_path, receiver) as (installation, academy):
        tell(academy)
        until(lambda: len(receiver.came) == 1)
        (worker,) = re.findall(r"delivery worker started +pid=(\d+)", installation.log.read_text())
        os.kill(int(worker), signal.SIGKILL)
        receiver.may_answer.set()
        assert undelivered(academy) == 1
        empty_database.rows("UPDATE delivery SET due_at = created_at RETURNING id")  # as if the lease had ended
        until(lambda: undelivered(academy) == 0)
        assert len(receiver.came) == 2
        assert len(set(receiver.came)) == 1
