"""What the service takes: the time until it is ready, and the memory of each process that answers."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson
import psutil

from tests.installation import Installation

READY_SECONDS = 30.0
JSON_LOG = {"TRUECERTA_LOG_FORMAT": "json"}
"""What an installation has to be told whose processes are told apart: its log names them."""
_MEBI = 2**20


class Memory(NamedTuple):
    """Bytes of a process: what would be free without it, and that with its share of what it has in common with others."""

    uss: int
    pss: int

    def __str__(self) -> str:
        return f"{self.uss / _MEBI:.0f} MiB of its own, {self.pss / _MEBI:.0f} MiB with its share of what is common"


@dataclass(frozen=True, slots=True)
class Footprint:
    """Of an installation with so many workers: a worker that answers, at rest and after a load, and all the rest of it.

    The workers' memory is the mean of them. `rest` is what the parent of several has, and the worker that sends mails.
    """

    workers: int
    idle: Memory
    loaded: Memory
    rest: Memory


def seconds_to_start(installation: Installation, *, times: int = 5) -> Sequence[float]:
    """The seconds from the start of one worker's process until /readyz says ready, several times over.

    The database has been migrated, and serves nobody else.
    """
    return [_start(installation) for _ in range(times)]


def _start(installation: Installation) -> float:
    began = time.perf_counter()
    try:
        installation.start("--workers", "1")
        return time.perf_counter() - began
    finally:
        installation.stop()


def memory_per_worker(installation: Installation, workers: int, load: Callable[[], None]) -> Footprint:
    """What a worker holds before and after a load on the installation, which is told `JSON_LOG` and does not run yet."""
    installation.start("--workers", str(workers))
    try:
        answering = serving(installation, workers)
        idle = _mean(answering)
        load()
        loaded = _mean(answering)
        others = [process for process in processes(installation) if process not in answering]
        return Footprint(workers, idle, loaded, _sum(others))
    finally:
        installation.stop()


def serving(installation: Installation, workers: int) -> list[psutil.Process]:
    """The processes of a running installation that answer requests, once there are so many of them."""
    if workers == 1:  # there is no parent above it
        return processes(installation)[:1]
    ends = time.monotonic() + READY_SECONDS
    while True:
        ready = _named(installation, "worker_ready")
        found = [process for process in processes(installation) if process.pid in ready]
        if len(found) == workers:
            return found
        if time.monotonic() > ends:
            message = f"{len(found)} of {workers} workers got ready: {installation.log.read_text()[-2000:]}"
            raise TimeoutError(message)
        time.sleep(0.02)


def processes(installation: Installation) -> list[psutil.Process]:
    """The process that was started, and those that it has started."""
    if installation.process is None:
        raise RuntimeError("The installation does not run.")
    whole = psutil.Process(installation.process.pid)
    return [whole, *whole.children(recursive=True)]


def _named(installation: Installation, event: str) -> set[int]:
    """The processes that the log has told this of."""
    lines = [line for line in installation.log.read_bytes().splitlines() if line.startswith(b"{")]
    return {told["pid"] for told in map(orjson.loads, lines) if told["event"] == event}


def _memory(process: psutil.Process) -> Memory:
    told = process.memory_full_info()
    return Memory(told.uss, told.pss)


def _sum(whose: Sequence[psutil.Process]) -> Memory:
    each = [_memory(process) for process in whose]
    return Memory(sum(memory.uss for memory in each), sum(memory.pss for memory in each))


def _mean(whose: Sequence[psutil.Process]) -> Memory:
    each = [_memory(process) for process in whose]
    return Memory(*(round(statistics.mean(column)) for column in zip(*each, strict=True)))
