"""A backup is made while the database is in use, and ends whatever the others do."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from services import database


def test_a_copy_ends_beside_a_steady_writer(tmp_path: Path) -> None:
    source, target = tmp_path / "live.sqlite3", tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(source)) as live:
        live.execute("PRAGMA journal_mode=WAL")
        live.execute("CREATE TABLE page (number INTEGER PRIMARY KEY, text BLOB)")
        live.executemany("INSERT INTO page (text) VALUES (?)", [(bytes(100_000),) for _ in range(600)])
        live.commit()
    stop = threading.Event()
    writer = threading.Thread(target=_write, args=(source, stop))
    writer.start()
    try:
        database.backup(source, target)
    finally:
        stop.set()
        writer.join()
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM page").fetchone()[0] >= 600
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def _write(source: Path, stop: threading.Event) -> None:
    with closing(sqlite3.connect(source, timeout=30)) as live:
        while not stop.is_set():
            live.execute("INSERT INTO page (text) VALUES (x'00')")
            live.commit()
