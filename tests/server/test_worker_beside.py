"""The worker that serving keeps beside itself: there while it serves, replaced when it dies, gone when it ends."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs

from server import worker_beside
from server.worker_beside import WorkerBeside
from tests.installation import Installation
from tests.server.probe import until
from tests.server.probe_workers import DEAF, die_at_once, hear_nothing

BOTH_WAYS = pytest.mark.parametrize("workers", ["1", "2"])


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Installation]:
    """An installation of the test's own, not started yet."""
    installation = Installation(tmp_path)
    try:
        yield installation
    finally:
        installation.kill()


def workers_of(installation: Installation) -> list[int]:
    """The delivery workers that were started so far."""
    return [int(pid) for pid in re.findall(r"delivery worker started +pid=(\d+)", installation.log.read_text())]


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def hears_sigterm(pid: int) -> bool:
    """Whether it has got so far that it ends gently: asyncio has set its handler."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = int(re.findall(r"SigCgt:\s*(\w+)", status)[0], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def serving(installation: Installation, *arguments: str) -> tuple[psutil.Process, int]:
    """Start it, and answer with its process and its worker's id."""
    installation.start(*arguments)
    assert installation.process is not None
    (worker,) = workers_of(installation)
    until(lambda: hears_sigterm(worker))
    return psutil.Process(installation.process.pid), worker


def test_a_worker_that_is_killed_is_replaced(own: Installation) -> None:
    _, first = serving(own)
    os.kill(first, signal.SIGKILL)
    until(lambda: len(workers_of(own)) == 2)
    assert is_gone(first)
    assert not is_gone(workers_of(own)[1])


@BOTH_WAYS
def test_it_does_not_outlive_a_parent_that_is_killed(own: Installation, workers: str) -> None:
    parent, _ = serving(own, "--workers", workers)
    children = [child.pid for child in parent.children(recursive=True)]
    parent.kill()
    until(lambda: all(map(is_gone, children)))


@BOTH_WAYS
def test_it_ends_when_serving_ends(own: Installation, workers: str) -> None:
    _, worker = serving(own, "--workers", workers)
    assert own.process is not None
    own.process.terminate()
    assert own.process.wait(15) == 0
    assert is_gone(worker)
    assert "killed" not in own.log.read_text()


def test_a_terminals_ctrl_c_ends_it_gently(own: Installation) -> None:
    _, worker = serving(own)
    assert own.process is not None
    os.killpg(own.process.pid, signal.SIGINT)
    assert own.process.wait(15) == 0
    assert is_gone(worker)
    log = own.log.read_text()
    assert "died" not in log
    assert "Traceback" not in log


def test_a_signal_to_the_whole_group_kills_nothing(own: Installation) -> None:
    _, worker = serving(own)
    assert own.process is not None
    os.killpg(own.process.pid, signal.SIGTERM)
    assert own.process.wait(15) == 0
    assert is_gone(worker)
    assert not re.findall("died|killed|Traceback", own.log.read_text())


def test_a_rolling_restart_renews_it(own: Installation) -> None:
    parent, first = serving(own, "--workers", "2")
    parent.send_signal(signal.SIGHUP)
    until(lambda: len(workers_of(own)) == 2)
    assert is_gone(first)
    assert "died" not in own.log.read_text()


def test_without_a_worker_none_is_started(own: Installation) -> None:
    own.start("--no-worker")
    assert workers_of(own) == []
    assert own.process is not None
    assert psutil.Process(own.process.pid).children() == []


def test_it_shares_the_address_served_on(own: Installation) -> None:
    _, worker = serving(own)
    assert f"TRUECERTA_PUBLIC_URL={own.url}" in Path(f"/proc/{worker}/environ").read_text().split("\0")


def logged_by(target: Callable[[Connection], None], enough: Callable[[list[str]], bool]) -> list[dict[str, object]]:
    """What is logged until it is enough, and when it ends then."""
    with capture_logs() as logs:
        with WorkerBeside(target):
            until(lambda: enough([str(entry["event"]) for entry in logs]))
        return [dict(entry) for entry in logs]


def test_one_that_dies_at_once_is_replaced_ever_more_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_beside, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(worker_beside, "LONGEST_PAUSE_SECONDS", 0.03)
    logs = logged_by(die_at_once, lambda events: events.count("delivery worker follows") == 4)
    pauses = [entry["in_seconds"] for entry in logs if "in_seconds" in entry]
    assert pauses[:4] == [0.01, 0.02, 0.03, 0.03]
    assert {entry["exit_code"] for entry in logs if "exit_code" in entry} == {3}


def test_one_that_lived_long_enough_is_replaced_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_beside, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(worker_beside, "LIVED_SECONDS", 0.0)
    logs = logged_by(die_at_once, lambda events: events.count("delivery worker follows") == 3)
    assert {entry["in_seconds"] for entry in logs if "in_seconds" in entry} == {0.01}


def test_one_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(worker_beside, "GRACE_SECONDS", 0.2)
    logs = logged_by(hear_nothing, lambda _: DEAF in capfd.readouterr().out)
    assert [entry["event"] for entry in logs] == ["delivery worker started", "delivery worker killed"]
