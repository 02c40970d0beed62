"""Runs side by side: processes, each with a server and its proxies, which take one fault after the other."""

import multiprocessing
import queue
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from typing import TypeAlias

from tests.conformance.faults.catalogue import fault_named
from tests.conformance.faults.fault import Fault, Ground
from tests.conformance.faults.pair import Pair, standing
from tests.conformance.faults.trying import MOST_SECONDS, Outcome, tried

GOODBYE_SECONDS = 60
SILENCE_SECONDS = max(MOST_SECONDS.values()) + 120
"""Nothing for so long: something hangs."""
MOST_LIMITED = 6
"""Whoever tries limits waits nearly all the time, so there can be many of them."""
Tasks: TypeAlias = "Queue[Task | None]"
Outcomes: TypeAlias = "Queue[Outcome]"


@dataclass(frozen=True)
class Task:
    """One run to be made."""

    fault: str
    ground: Ground = Ground.USUAL
    only: tuple[str, ...] = ()
    write: bool = True


class Stuck(Exception):
    """Why there are no more outcomes, in a sentence."""


def outcomes(tasks: Sequence[Task], processes: int, database: str) -> Iterator[Outcome]:
    """What comes of each task, as it comes. Everything that was started is ended, also when one stops listening."""
    context = multiprocessing.get_context("spawn")
    told: Outcomes = context.Queue()
    limited = [each for each in tasks if each.ground is Ground.LIMITED]
    others = sorted((each for each in tasks if each not in limited), key=lambda each: each.ground is Ground.USUAL)
    shares = ((Ground.LIMITED, limited, MOST_LIMITED), (Ground.USUAL, others, processes))
    waiting: dict[Ground, Tasks] = {ground: context.Queue() for ground, _, _ in shares}
    crew: list[BaseProcess] = []
    try:
        for ground, share, most in shares:
            workers = min(most, len(share))
            for each in [*share, *[None] * workers]:
                waiting[ground].put(each)
            for _ in range(workers):
                given = (database, ground, waiting[ground], told)
                crew.append(context.Process(target=_work, args=given, daemon=True))
                crew[-1].start()
        for _ in tasks:
            yield _next(told, crew)
    finally:
        _end(crew)


def _next(told: Outcomes, crew: list[BaseProcess]) -> Outcome:
    for _ in range(int(SILENCE_SECONDS)):
        try:
            return told.get(timeout=1)
        except queue.Empty:
            if not any(each.is_alive() for each in crew):
                raise Stuck("All processes have ended before their work was done.") from None
    raise Stuck(f"Nothing was told for {SILENCE_SECONDS:.0f} s.")


def _end(crew: list[BaseProcess]) -> None:
    for each in crew:
        each.terminate()
    for each in crew:
        each.join(GOODBYE_SECONDS)
        if each.is_alive():
            each.kill()


def _work(database: str, ground: Ground, tasks: Tasks, told: Outcomes) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server is ended, too
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who started it decides
    with standing(database, ground) as pair:
        while (task := tasks.get()) is not None:
            told.put(_tried(pair, task))


def _tried(pair: Pair, task: Task) -> Outcome:
    try:
        return tried(pair, _fault(task), only=task.only, write=task.write)
    except Exception:  # noqa: BLE001  # the others are to be tried all the same, and this one is told
        return Outcome(task.fault, (), (traceback.format_exc(),))


def _fault(task: Task) -> Fault:
    return fault_named(task.fault, task.ground)
