"""Changes on SQLite: each commit is seen by whoever asks next, and asking stands in nobody's way."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services import changes as services_changes
from services.changes import Changes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file as the service keeps it: with a write-ahead log."""
    made = tmp_path / "a file?#%.sqlite3"
    _fill(made)
    return made


def _fill(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("CREATE TABLE course (name TEXT)")
        file.commit()


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    """Another connection, which writes."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as made:
        yield made


@pytest.fixture(autouse=True)
def looked_at_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the file is still the same is asked each time."""
    monkeypatch.setattr(services_changes, "EVERY", 0.0)


def at(path: Path) -> Changes:
    return Changes.at(f"sqlite:///{str(path).replace('%', '%25').replace('?', '%3F').replace('#', '%23')}")


async def test_each_commit_is_seen_and_nothing_else(path: Path, writer: sqlite3.Connection) -> None:
    changes = at(path)
    told: list[str | None] = []
    async with changes.heard():
        assert changes.trusted()
        changes.subscribe(told.append)
        for number in range(1, 4):
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("INSERT INTO course VALUES ('Web Development')")
            assert changes.trusted()
            assert len(told) == number - 1
            writer.execute("COMMIT")
            mark = changes.mark
            assert [changes.trusted() for _ in range(3)] == [True] * 3
            assert told == [None] * number
            assert changes.mark == mark + 1
        writer.execute("SELECT * FROM course").fetchall()
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM course")
        writer.execute("ROLLBACK")
        assert changes.trusted()
        assert told == [None] * 3


async def test_the_journal_can_be_emptied_meanwhile_and_is_gone_in_the_end(
    path: Path, writer: sqlite3.Connection
) -> None:
    changes = at(path)
    async with changes.heard():
        writer.execute("INSERT INTO course VALUES ('Web Development')")
        assert changes.trusted()
        busy, _, _ = writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert busy == 0
    writer.close()
    assert sorted(path.parent.iterdir()) == [path]


async def test_another_file_in_its_place_is_noticed(path: Path) -> None:
    changes = at(path)
    async with changes.heard():
        assert changes.trusted()
        mark = changes.mark
        (other := path.with_suffix(".restored")).touch()
        _fill(other)
        other.replace(path)
        assert changes.trusted()
        assert changes.mark > mark
        with closing(sqlite3.connect(path)) as file:
            mark = changes.mark
            file.execute("INSERT INTO course VALUES ('Web Design')")
            file.commit()
            assert changes.trusted()
        assert changes.mark == mark + 1


async def test_a_file_that_is_gone_is_not_trusted_until_there_is_one(path: Path) -> None:
    changes = at(path)
    async with changes.heard():
        assert changes.trusted()
        with capture_logs() as log:
            path.unlink()  # noqa: ASYNC240  # at once
            assert [changes.trusted() for _ in range(3)] == [False] * 3
            _fill(path)
            assert changes.trusted()
    assert [line["event"] for line in log] == ["changes not heard", "changes heard again"]


async def test_a_file_that_somebody_keeps_for_himself_is_not_waited_for(path: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked.sqlite3"
    with closing(sqlite3.connect(locked, isolation_level=None)) as owner:
        owner.execute("CREATE TABLE course (name TEXT)")
        owner.execute("BEGIN EXCLUSIVE")  # without a write-ahead log this keeps readers out
        changes = at(locked)
        async with changes.heard():
            assert not changes.trusted()
            owner.execute("COMMIT")
            assert changes.trusted()
    assert at(path).trusted()
