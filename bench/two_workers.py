"""Two workers take no more of the machine for each request than one, and wait for no lock.

One organization on a plan without limits, rate limits counted in Valkey. An installation with one worker and one with two,
each with a copy of the same database, verify, list and issue by turns, with as many clients as keep both workers busy.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

import asyncpg
import psutil

from bench import speed_python, speed_wrk
from bench.footprint import processes, serving
from bench.lock_waits import LockWaits
from bench.million_rows import Population, fill
from bench.proof import Proof, command
from bench.speed_engines import AS_SHIPPED
from bench.speed_machine import until_idle, wrk_version
from bench.speed_operations import CONNECTIONS, OPERATIONS, Operation, Seeds, traffic
from bench.speed_python import Stretch
from tests import valkey
from tests.installation import Installation
from tests.postgres import fresh_database, own_server

NAMES = ("verify", "list", "issue")
AT_MOST = 1.1
WARM_UP_SECONDS = 0.5
REST_SECONDS = 20.0


class Figures(NamedTuple):
    """One stretch: requests/s, the 99th percentile in seconds, microseconds of a processor for a request, cores in use."""

    rate: float
    p99: float
    server: float
    cores: float


@dataclass(eq=False)
class Side:
    """An installation with so many workers, on a database of its own; `at` is how far the walk has come."""

    workers: int
    installation: Installation
    locks: LockWaits = field(default_factory=LockWaits)
    figures: dict[str, list[Figures]] = field(default_factory=lambda: defaultdict(list))
    at: int = 0

    @property
    def url(self) -> str:
        """Its database."""
        return str(self.installation.database_url)

    def answering(self) -> list[psutil.Process]:
        """The processes that answer."""
        return serving(self.installation, self.workers)


def main() -> int:
    """Run the proof and answer with its exit code."""
    parser = command("two_workers", "two workers take no more for each request than one, and wait for no lock")
    parser.add_argument("--short", action="store_true", help="seconds only: whether it runs; judges nothing")
    parser.add_argument("--rounds", type=int, help="how many (9; short: 1)")
    parser.add_argument("--seconds", type=int, help="of each stretch (3; short: 1)")
    parser.add_argument("--certificates", type=int, help="how many the academy has (20,000; short: 500)")
    options = parser.parse_args()
    usual = (1, 1, 500) if options.short else (9, 3, 20_000)
    for name, value in zip(("rounds", "seconds", "certificates"), usual, strict=True):
        if getattr(options, name) is None:
            setattr(options, name, value)
    proof = Proof("one worker and two", options.seed)
    with tempfile.TemporaryDirectory(prefix="tc-bench-") as folder:
        with _sides(options.certificates, proof, Path(folder)) as (sides, seeds):
            _measure(sides, seeds, options, proof, Path(folder))
        compare(sides, proof, judged=not options.short)
    return proof.end()


@contextmanager
def _sides(rows: int, proof: Proof, folder: Path) -> Iterator[tuple[list[Side], Seeds]]:
    """The two installations, both ready, and what to ask them for."""
    with ExitStack() as stack:
        postgres = stack.enter_context(own_server())
        limits = valkey.start()
        stack.callback(limits.stop)
        filled = stack.enter_context(fresh_database(postgres.url))
        seeds = asyncio.run(_filled(filled, rows, proof))
        sides = []
        for workers in (1, 2):
            url = stack.enter_context(fresh_database(postgres.url, like=filled))
            place = folder / str(workers)
            place.mkdir()
            installation = Installation(place, url, {**AS_SHIPPED, "TRUECERTA_REDIS_URL": limits.url})
            stack.callback(installation.kill)
            installation.start("--workers", str(workers))
            sides.append(Side(workers, installation))
            proof.say(
                f"{_workers(workers)} at {installation.url}, processes {[one.pid for one in sides[-1].answering()]}"
            )
        yield sides, seeds


async def _filled(url: str, rows: int, proof: Proof) -> Seeds:
    filled = await fill(url, Population("workers", rows, rows // 10), proof.chance)
    with filled.tables:
        await filled.tables.close_connections()  # only what nobody is connected to can be copied
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetch(
            "SELECT code FROM certificate WHERE organization_id = $1", filled.organization_id
        )
    finally:
        await connection.close()
    codes = sorted(row["code"] for row in found)
    proof.chance.shuffle(codes)
    return Seeds(filled.key, str(filled.course_id), codes, claimed=(), lasting="")


def _measure(sides: Sequence[Side], seeds: Seeds, options: argparse.Namespace, proof: Proof, folder: Path) -> None:
    """Every operation on both sides, by turns, so that what else the machine does hits both alike."""
    known = {operation.name: operation for operation in OPERATIONS}
    load = partial(speed_wrk.run, folder) if wrk_version() and not options.short else speed_python.run
    for turn in range(options.rounds):
        for name in NAMES:
            asked = partial(traffic, known[name], seeds)
            for side in sides if turn % 2 else sides[::-1]:
                _rest(side, proof)
                _stretch(side, partial(speed_python.run, asked()), known[name], WARM_UP_SECONDS)
                figures = _one(side, partial(load, asked()), known[name], options.seconds)
                side.figures[name].append(figures)
                proof.now_and_then(f"{name}, {_workers(side.workers)}: {_told(figures)}")


def _one(side: Side, load: "partial[Stretch]", operation: Operation, seconds: float) -> Figures:
    answering = side.answering()
    before, machine, began = _spent(answering), _machine(), time.monotonic()
    stretch = asyncio.run(side.locks.during(side.url, partial(_stretch, side, load, operation, seconds)))
    spent, busy, lasted = _spent(answering) - before, _machine() - machine, time.monotonic() - began
    return Figures(stretch.requests / stretch.seconds, stretch.p99, spent / stretch.requests * 1e6, busy / lasted)


def _stretch(side: Side, load: "partial[Stretch]", operation: Operation, seconds: float) -> Stretch:
    stretch = load(side.installation.port, side.at, seconds, operation.status)
    side.at += stretch.requests + 2 * CONNECTIONS  # on each connection one may have been on its way at the end
    return stretch


def _rest(side: Side, proof: Proof) -> None:
    """Wait until what was issued before is mailed no more: mails that wait are taken off the queue."""
    asyncio.run(_emptied(side.url))
    if not until_idle(lambda: _spent(processes(side.installation)), REST_SECONDS):
        proof.say(f"{_workers(side.workers)}: does not come to rest")


async def _emptied(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("UPDATE mail SET due_at = NULL, gave_up_at = now() WHERE due_at IS NOT NULL")
    finally:
        await connection.close()


def _spent(whose: Sequence[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in whose)


def _machine() -> float:
    """Seconds of processors that the whole machine has spent until now."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))


def compare(sides: Sequence[Side], proof: Proof, *, judged: bool) -> None:
    """Tell the figures of one worker and of two, and hold them to what is promised."""
    one, two = sides
    dearer = []
    for name in NAMES:
        for side in sides:
            figures = Figures(*(statistics.median(column) for column in zip(*side.figures[name], strict=True)))
            proof.figure(f"{name:7} {_workers(side.workers):11} {_told(figures)}")
        pairs = zip(one.figures[name], two.figures[name], strict=True)
        ratios = [both.server / alone.server for alone, both in pairs]
        ratio = statistics.median(ratios)
        proof.figure(
            f"{name:7} server CPU of a request, two to one: × {ratio:.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
        )
        dearer += [f"{name}: × {ratio:.2f}"] if ratio > AT_MOST else []
    for side in sides:
        proof.figure(f"{_workers(side.workers)}: {side.locks}")
        for told in side.locks.told():
            proof.figure(f"    {told}")
    if judged:
        proof.hold(f"two workers take at most × {AT_MOST} of one worker's CPU for each request", *dearer)
        waits = [f"{_workers(side.workers)}: {told}" for side in sides for told in side.locks.told()]
        proof.hold("nobody waits for a lock", *waits)


def _workers(count: int) -> str:
    return "one worker" if count == 1 else "two workers"


def _told(figures: Figures) -> str:
    return (
        f"{figures.rate:7,.0f}/s, p99 {figures.p99 * 1000:4.0f} ms, server {figures.server:5,.0f} µs of CPU a request,"
        f" {figures.cores:.2f} of {psutil.cpu_count()} cores in use"
    )


if __name__ == "__main__":
    sys.exit(main())
