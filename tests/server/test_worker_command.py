"""`truecerta worker`: it says that it runs, ends gently, and does not start where it could not work."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.databases import Database
from tests.installation import Installation, free_port
from tests.server.probe import until

RUNS = "The delivery worker runs."


@contextmanager
def worker(installation: Installation) -> Iterator["subprocess.Popen[bytes]"]:
    """The command as a process; what it says goes into the installation's log."""
    with installation.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "server.cli", "worker"],
            env=installation.settings(),
            cwd=installation.folder,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def says(installation: Installation, words: str) -> None:
    until(lambda: words in installation.log.read_text())


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
def test_it_runs_until_told_to_stop(database: Database, tmp_path: Path, wish: signal.Signals) -> None:
    installation = Installation(tmp_path, database.url)
    with worker(installation) as process:
        says(installation, RUNS)
        process.send_signal(wish)
        assert process.wait(10) == 0
    assert "Traceback" not in installation.log.read_text()


def test_it_says_where_links_lead_when_nobody_has(database: Database, tmp_path: Path) -> None:
    installation = Installation(tmp_path, database.url)
    with worker(installation):
        says(installation, RUNS)
    told = installation.log.read_text()
    assert "TRUECERTA_PUBLIC_URL is not set" in told
    assert "http://127.0.0.1:8000" in told


def test_a_database_that_lacks_migrations_is_a_sentence(empty_database: Database, tmp_path: Path) -> None:
    refused = Installation(tmp_path, empty_database.url).command("worker", check=False)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("The database lacks 0001_initial")
    assert refused.stderr.endswith("Run: truecerta migrate\n")


def test_a_secret_key_that_is_missing_is_a_sentence(tmp_path: Path) -> None:
    environment = {"TRUECERTA_SECRET_KEY": ""}
    refused = Installation(tmp_path, "postgres://localhost/none", environment).command("worker", check=False)
    assert refused.returncode == 2
    assert refused.stderr.startswith("TRUECERTA_SECRET_KEY is not set.")


def test_a_database_that_is_away_is_waited_for(tmp_path: Path) -> None:
    installation = Installation(tmp_path, f"postgres://nobody@127.0.0.1:{free_port()}/none")
    with worker(installation) as process:
        says(installation, "worker waits for the database")
        process.terminate()
        assert process.wait(10) == 0
    assert RUNS not in installation.log.read_text()
