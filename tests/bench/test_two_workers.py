"""The proof of two workers runs, and tells a dearer worker and a wait for a lock where there is one."""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from bench.lock_waits import LockWaits, Wait
from bench.proof import Proof
from bench.two_workers import NAMES, Figures, Side, compare
from tests.installation import ROOT, Installation


def run(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bench.two_workers", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)


def test_a_short_run_tells_every_figure_and_judges_none() -> None:
    ended = run("--short", "--seed", "7")
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-4000:]
    summary = ended.stdout.partition("Summary")[2]
    for name in NAMES:
        assert re.search(rf"{name} +one worker .*µs of CPU a request.* cores in use", summary)
        assert re.search(rf"{name} +two workers .*µs of CPU a request.* cores in use", summary)
        assert re.search(rf"{name} .*two to one: × \d", summary)
    assert summary.count("waits for a lock seen in") == 2
    assert "kept" not in summary.lower()


def test_it_explains_itself() -> None:
    ended = run("--help")
    assert ended.returncode == 0
    assert "python -m bench.two_workers" in ended.stdout
    assert "--short" in ended.stdout


def side(workers: int, server: float, *seen: Wait) -> Side:
    made = Side(workers, Installation(Path()))
    made.locks.seen.update(seen)
    for name in NAMES:
        made.figures[name] = [Figures(rate=1000, p99=0.01, server=server, cores=1.5)] * 3
    return made


@pytest.mark.parametrize(
    ("one", "two", "broken"),
    [
        (side(1, 100), side(2, 109), []),
        (side(1, 100), side(2, 111), ["× 1.1 of one worker's CPU"]),
        (side(1, 100), side(2, 100, Wait("tuple", "UPDATE organization")), ["nobody waits for a lock"]),
        (side(1, 100, Wait("tuple", "UPDATE organization")), side(2, 100), ["nobody waits for a lock"]),
    ],
)
def test_both_promises_can_be_broken(
    one: Side, two: Side, broken: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    proof = Proof("one worker and two", seed=7)
    compare((one, two), proof, judged=True)
    assert proof.end() == bool(broken)
    told = capsys.readouterr().out
    assert told.count("NOT KEPT  ") == len(broken)
    assert [name for name in broken if re.search(f"NOT KEPT .*{re.escape(name)}", told)] == broken


async def test_a_wait_for_a_lock_is_seen(postgres_server: str) -> None:
    holding, waiting = await asyncpg.connect(postgres_server), await asyncpg.connect(postgres_server)
    locks = LockWaits()
    try:
        await holding.execute("SELECT pg_advisory_lock(7)")
        waits = asyncio.create_task(waiting.execute("SELECT pg_advisory_lock(7)"))
        assert await locks.during(postgres_server, until(lambda: bool(locks.seen)))
        await holding.execute("SELECT pg_advisory_unlock(7)")
        await waits
    finally:
        await holding.close()
        await waiting.close()
    assert [*locks.seen] == [Wait("advisory", "SELECT pg_advisory_lock(7)")]


def until(reached: Callable[[], bool]) -> Callable[[], bool]:
    def wait() -> bool:
        ends = time.monotonic() + 20
        while not reached() and time.monotonic() < ends:
            time.sleep(0.01)
        return reached()

    return wait
