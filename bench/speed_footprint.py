"""What TrueCerta takes before anybody asks, and after: its time to start, and the memory of each worker."""

import statistics
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bench import speed_python
from bench.footprint import Footprint, memory_per_worker, seconds_to_start
from bench.proof import Proof
from bench.speed_engines import AS_SHIPPED
from bench.speed_ground import Ground
from bench.speed_operations import OPERATIONS, PLAIN, traffic
from bench.speed_python import AnswerError
from tests.installation import Installation
from tests.postgres import fresh_database

LOAD_SECONDS = 1.0
LOADED_WITH = f"{', '.join(PLAIN[:-1])} and {PLAIN[-1]}"


def footprint(ground: Ground, folder: Path, seconds: float, proof: Proof, *, short: bool) -> Sequence[tuple[str, str]]:
    """What and how much, for a table; the load goes on for so many seconds, or one, with each operation."""
    told: list[tuple[str, str]] = []
    with fresh_database(ground.postgres.url, like=ground.filled) as url:
        settings = {
            **AS_SHIPPED,
            "TRUECERTA_REDIS_URL": ground.valkey.url,
        }  # several workers count limits together in it
        installation = Installation(folder, url, settings)
        took = seconds_to_start(installation, times=1 if short else 5)
        spread = f"{statistics.median(took):.1f} s ({min(took):.1f}–{max(took):.1f})"
        told.append(("From the start of the process until it is ready, database migrated", spread))
        proof.say(f"ready after {spread}")
        for workers in (1,) if short else (1, 2):
            load = partial(_load, installation, ground, seconds)
            told += _rows(memory_per_worker(installation, workers, load))
            proof.say(f"{told[-2][0]}: {told[-2][1]}")
    return told


def _rows(found: Footprint) -> list[tuple[str, str]]:
    which = "The one worker" if found.workers == 1 else f"Each of {found.workers} workers"
    return [
        (f"{which}, at rest", str(found.idle)),
        (f"{which}, after {LOADED_WITH}", str(found.loaded)),
        (f"Beside {'it' if found.workers == 1 else 'them'}: whatever else `serve` runs", str(found.rest)),
    ]


def _load(installation: Installation, ground: Ground, seconds: float) -> None:
    for operation in OPERATIONS:
        if operation.name in PLAIN:
            asked = traffic(operation, ground.seeds)
            try:
                speed_python.run(asked, installation.port, 0, min(seconds, LOAD_SECONDS), operation.status)
            except AnswerError as why:
                log = installation.log.read_text(errors="replace")[-1000:]
                raise AnswerError(f"{operation.title}: {why}\nThe log ends so:\n{log}") from why
