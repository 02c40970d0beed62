"""What the service takes is read off real processes."""

from pathlib import Path

import httpx
import pytest

from bench.footprint import JSON_LOG, memory_per_worker, seconds_to_start, serving
from tests.installation import UNLIMITED, Installation


@pytest.fixture
def migrated(tmp_path: Path) -> Installation:
    """An installation that does not run, with a database that has all its tables."""
    made = Installation(tmp_path, environment={**UNLIMITED, **JSON_LOG})
    made.organization()
    return made


def test_a_start_is_timed_until_it_is_ready_and_then_ended(migrated: Installation) -> None:
    seconds = seconds_to_start(migrated, times=2)
    assert len(seconds) == 2
    assert all(0.1 < each < 30 for each in seconds)
    assert migrated.process is None


@pytest.mark.parametrize("workers", [1, 2])
def test_memory_is_told_of_the_workers_that_answer_before_and_after_a_load(
    migrated: Installation, workers: int
) -> None:
    answering: list[int] = []

    def load() -> None:
        answering.extend(process.pid for process in serving(migrated, workers))
        assert httpx.get(f"{migrated.url}/readyz").status_code == 200

    found = memory_per_worker(migrated, workers, load)
    assert len(set(answering)) == workers
    assert found.workers == workers
    for memory in (found.idle, found.loaded, found.rest):
        assert 2**20 < memory.uss < memory.pss
    assert "MiB of its own" in str(found.idle)
    assert migrated.process is None
