"""The rounds: each operation in turn, and each engine in turn within it, so that a slow moment of the machine hits all."""

import asyncio
import resource
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import asyncpg

from bench import speed_python, speed_wrk
from bench.proof import Proof
from bench.speed_engines import Running
from bench.speed_ground import Ground
from bench.speed_machine import machine_spent, spent, until_idle
from bench.speed_operations import CONNECTIONS, OPERATIONS, Operation, Traffic, traffic
from bench.speed_python import AnswerError, Stretch
from bench.speed_results import Figures

IDLE_SECONDS = 60.0
OK, NOT_MODIFIED = 200, 304
Generator = Callable[[Traffic, int, int, float, int], Stretch]
"""Asks for something at a port, from a place of the walk on, for some seconds, and expects a status."""


class Plan(NamedTuple):
    """How it is measured."""

    rounds: int
    seconds: float
    warm_up: float
    operations: Sequence[str]
    with_wrk: bool
    other_cores: int
    """How many cores PostgreSQL and the load generator have."""


class _Clock(NamedTuple):
    """Seconds of a processor spent until now, by whom."""

    server: float
    beside: float
    database: float
    limits: float
    load: float
    machine: float
    """By whomever."""


@dataclass(frozen=True, eq=False)
class Rounds:
    """Some engines to be measured by a plan, with what they stand on."""

    plan: Plan
    ground: Ground
    folder: Path
    proof: Proof

    def run(self) -> Mapping[tuple[str, str], Sequence[Figures]]:
        """Every round, one after another, the engines forwards and backwards by turns."""
        measured: dict[tuple[str, str], list[Figures]] = defaultdict(list)
        for number in range(self.plan.rounds):
            for operation in OPERATIONS:
                if operation.name not in self.plan.operations:
                    continue
                for running in self.ground.engines[:: -1 if number % 2 else 1]:
                    if operation.name in running.engine.operations:
                        figures = self._one(running, operation)
                        if figures is not None:
                            measured[running.engine.name, operation.name].append(figures)
            self.proof.say(f"round {number + 1} of {self.plan.rounds} done")
        return measured

    def _one(self, running: Running, operation: Operation) -> Figures | None:
        """A warm-up and a measured stretch; nothing where an engine has no ETag to be asked with."""
        try:
            asked = self._asked(running, operation)
            if asked is None:
                self.proof.say(f"{operation.name:12} {running.engine.name:8} left out: its answers have no ETag")
                return None
            first = running.spent().beside
            self._stretch(speed_python.run, running, operation, asked, self.plan.warm_up)
            before = self._clock(running)
            stretch = self._stretch(self._generator(), running, operation, asked, self.plan.seconds)
            spent = _Clock(*(late - early for early, late in zip(before, self._clock(running), strict=True)))
        except AnswerError as why:
            said = f"{running.engine.title}, {operation.title}: {why}\nIts log ends so:\n{running.last_words()}"
            raise AnswerError(said) from why
        beside = spent.beside / stretch.requests
        if asked.method != "GET":
            beside = self._settle(running, first)
        figures = self._figures(stretch, spent, beside)
        self.proof.say(f"{operation.name:12} {running.engine.name:8} {figures.rate:8,.0f}/s  {figures.server:7,.0f} µs")
        return figures

    def _asked(self, running: Running, operation: Operation) -> Traffic | None:
        """The requests of an operation, once one of them has been answered as it should be."""
        etag = ""
        if operation.status == NOT_MODIFIED:
            whole = speed_python.ask(traffic(operation, self.ground.seeds), running.port, 0, OK)
            etag = whole.header("etag")
            if not etag:
                return None
        asked = traffic(operation, self.ground.seeds, etag)
        speed_python.ask(asked, running.port, running.take(operation.name, 1), operation.status)
        return asked

    def _stretch(
        self, generator: Generator, running: Running, operation: Operation, asked: Traffic, seconds: float
    ) -> Stretch:
        """For so long, from where the walk has come to; a request may be on its way on each connection at the end."""
        at = running.take(operation.name, 0)
        stretch = generator(asked, running.port, at, seconds, operation.status)
        running.take(operation.name, stretch.requests + 2 * CONNECTIONS)
        return stretch

    def _generator(self) -> Generator:
        return partial(speed_wrk.run, self.folder) if self.plan.with_wrk else speed_python.run

    def _clock(self, running: Running) -> _Clock:
        load = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return _Clock(
            *running.spent(),
            database=sum(spent(self.ground.postgres.pid)),
            limits=sum(spent(self.ground.valkey.pid)),
            load=sum(one.ru_utime + one.ru_stime for one in load),
            machine=machine_spent(),
        )

    def _figures(self, stretch: Stretch, spent: _Clock, beside: float) -> Figures:
        each = 1e6 / stretch.requests
        others = spent.database + spent.limits + spent.load
        return Figures(
            rate=stretch.requests / stretch.seconds,
            p50=stretch.p50 * 1000,
            p99=stretch.p99 * 1000,
            server=spent.server * each,
            beside=beside * 1e6,
            database=spent.database * each,
            server_busy=spent.server / stretch.seconds,
            beside_busy=spent.beside / stretch.seconds,
            others_busy=others / stretch.seconds / self.plan.other_cores,
            foreign=max(0.0, spent.machine - spent.server - spent.beside - others) / stretch.seconds,
        )

    def _settle(self, running: Running, before: float) -> float:
        """What the worker beside has spent on a mail since then. It rests again, to disturb nobody else's stretch."""
        mailed = asyncio.run(_emptied(str(running.installation.database_url)))
        if not until_idle(lambda: running.spent().beside, IDLE_SECONDS):
            self.proof.say(f"{running.engine.title}: its worker is at work still, and will disturb what comes next")
        sent, running.mailed = mailed - running.mailed, mailed
        return (running.spent().beside - before) / sent if sent else 0.0


async def _emptied(database: str) -> int:
    """How many mails have been sent, now that those that waited are taken off the queue."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("UPDATE mail SET due_at = NULL, gave_up_at = now() WHERE due_at IS NOT NULL")
        return int(await connection.fetchval("SELECT count(*) FROM mail WHERE sent_at IS NOT NULL"))
    finally:
        await connection.close()
