"""A backup taken while certificates are issued is whole, and holds all that was acknowledged before it began."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

import pytest

from tests.academies import Academy
from tests.installation import Installation


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Installation]:
    """An installation on a SQLite file of the test's own."""
    made = Installation(tmp_path)
    made.start()
    try:
        yield made
    finally:
        made.stop()


@contextmanager
def load(own: Installation, threads: int) -> Iterator[list[str]]:
    """Certificates are issued all the while; the list grows with each acknowledged code."""
    key, codes, stop = own.organization()["api_key"], list[str](), Event()
    with own.client(key) as web, ThreadPoolExecutor(threads) as pool:
        course = web.post("/api/v1/courses", json={"name": "Web"}).json()["data"]["id"]

        def issue() -> None:
            wanted = {"course_id": course, "holder_name": "Jane Doe", "holder_email": "jane@example.com"}
            while not stop.is_set():
                codes.append(web.post("/api/v1/certificates", json=wanted).json()["data"]["code"])

        working = [pool.submit(issue) for _ in range(threads)]
        try:
            yield codes
        finally:
            stop.set()
        for one in working:
            one.result()


def test_a_backup_under_load_is_consistent(own: Installation) -> None:
    with load(own, 4) as codes:
        for number in range(3):
            while len(codes) < 40 * (number + 1):
                time.sleep(0.01)
            acknowledged, target = codes.copy(), own.folder / f"copy-{number}.sqlite3"
            said = own.command("backup", str(target)).stdout
            assert str(target) in said
            with closing(sqlite3.connect(target)) as copy:
                assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
                held = {row[0] for row in copy.execute("SELECT code FROM certificate")}
            assert set(acknowledged) <= held
    assert not list(own.folder.glob("*.part"))


def test_an_installation_starts_from_a_backup(own: Installation, tmp_path_factory: pytest.TempPathFactory) -> None:
    made = own.organization()
    folder = tmp_path_factory.mktemp("restored")
    own.command("backup", str(folder / "truecerta.sqlite3"))
    restored = Installation(folder)
    restored.start()
    try:
        with restored.client(made["api_key"]) as web:
            assert web.get("/api/v1/courses").status_code == 200
    finally:
        assert restored.stop() == 0


def test_a_target_that_exists_is_left_alone(own: Installation) -> None:
    target = own.folder / "copy.sqlite3"
    target.write_text("mine")
    refused = own.command("backup", str(target), check=False)
    assert refused.returncode == 1
    assert "exists already" in refused.stderr
    assert target.read_text() == "mine"


@pytest.mark.parametrize("target", ["no/such/folder/copy.sqlite3", "."])
def test_a_target_that_cannot_be_written_is_a_sentence(own: Installation, target: str) -> None:
    refused = own.command("backup", target, check=False)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr


def test_without_a_database_there_is_nothing_to_copy(tmp_path: Path) -> None:
    refused = Installation(tmp_path).command("backup", str(tmp_path / "copy.sqlite3"), check=False)
    assert refused.returncode == 1
    assert "There is no database" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_on_postgres_the_operator_is_told_how(academy: Academy, installation: Installation) -> None:
    if academy.database.is_postgres:
        refused = installation.command("backup", "copy.sqlite3", check=False)
        assert refused.returncode == 1
        assert "pg_dump" in refused.stderr
