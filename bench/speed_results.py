"""What the rounds come to: medians with their spread, ratios round by round, and which promises of speed are kept."""

import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bench.speed_operations import OPERATIONS, Operation

OURS = "ours"
TAIL = 3.0
"""How many times as long as the median request the slowest of a hundred may take."""
FULL = 0.93
"""From which share on a core counts as full: the load generator pauses between its connections and at its end."""

QUIET = 0.25
"""How many cores may be busy with something else: interrupts, and the engines that wait for their turn."""
SHARE = 0.1
"""From which share on a worker is named among what holds a figure."""


class Figures(NamedTuple):
    """One engine, one operation, one round. Latencies in milliseconds, time of processors in microseconds a request."""

    rate: float
    p50: float
    p99: float
    server: float
    beside: float
    database: float
    server_busy: float
    """The share of the server's core that the engine took."""
    beside_busy: float
    """The share of a core that the worker beside it took."""
    others_busy: float
    """The share of the other cores that PostgreSQL, Valkey and the load generator took."""
    foreign: float
    """How many cores were busy with something else."""


Measured = Mapping[tuple[str, str], Sequence[Figures]]
"""Of each engine's operations what every round has shown, the rounds in their order."""


class Spread(NamedTuple):
    """The median of some rounds, the least and the most."""

    median: float
    least: float
    most: float


def spread(values: Sequence[float]) -> Spread:
    """Median, least and most.

    >>> spread([3.0, 1.0, 2.0])
    Spread(median=2.0, least=1.0, most=3.0)
    """
    return Spread(statistics.median(values), min(values), max(values))


def ratio(measured: Measured, engine: str, operation: Operation) -> Spread | None:
    """How an engine's requests a second compare with those that it is held against, in the same round each."""
    own, other = measured.get((engine, operation.name)), measured.get(operation.against)
    if not own or not other:
        return None
    return spread([one.rate / against.rate for one, against in zip(own, other, strict=True)])


def cpu_ratio(measured: Measured, engine: str, operation: Operation) -> Spread | None:
    """The same of the time of a processor that a request takes: above 1 it takes less."""
    own, other = measured.get((engine, operation.name)), measured.get(operation.against)
    if not own or not other:
        return None
    return spread([against.server / one.server for one, against in zip(own, other, strict=True)])


class Promise(NamedTuple):
    """Something that was promised, what was found, and whether that keeps it."""

    sentence: str
    found: Spread
    kept: bool
    held_by: str
    """What was full while it was measured."""


def promises(measured: Measured) -> list[Promise]:
    """Every promise of speed that these rounds can tell about."""
    return [
        promise
        for operation in OPERATIONS
        for promise in (_of_ratio(measured, operation), _of_tail(measured, operation))
        if promise is not None
    ]


def _of_ratio(measured: Measured, operation: Operation) -> Promise | None:
    found = ratio(measured, OURS, operation)
    if found is None:
        return None
    against = "bare engine" if operation.against[0] == "bare" else "constant answer"
    sentence = f"{operation.title}: requests a second at least {operation.promised:.1f} × those of the {against}"
    held_by = _held_by(measured[OURS, operation.name])
    return Promise(sentence, found, found.median >= operation.promised, held_by)


def _of_tail(measured: Measured, operation: Operation) -> Promise | None:
    rounds = measured.get((OURS, operation.name))
    if not rounds:
        return None
    found = spread([one.p99 / one.p50 for one in rounds])
    return Promise(f"{operation.title}: p99 at most {TAIL:g} × p50", found, found.median <= TAIL, _held_by(rounds))


def disturbed(measured: Measured) -> str:
    """Says so where the machine was not quiet; nothing where it was."""
    worst = max((one.foreign for rounds in measured.values() for one in rounds), default=0.0)
    usual = statistics.median([one.foreign for rounds in measured.values() for one in rounds] or [0.0])
    if worst <= QUIET:
        return ""
    return (
        f"The machine was not quiet: something else took {usual:.2f} of its cores at the median, {worst:.2f} at worst."
        " Time of processors a request suffers little from it, requests a second and latencies much: measure again."
    )


def _held_by(rounds: Sequence[Figures]) -> str:
    server, beside, others, foreign = (
        statistics.median(getattr(one, name) for one in rounds)
        for name in ("server_busy", "beside_busy", "others_busy", "foreign")
    )
    shares = (
        f"of its core the server took {server:.0%}, its worker {beside:.0%}; the others took {others:.0%} of theirs"
    )
    if server + beside >= FULL:
        return f"{'the server holds it' if beside < SHARE else 'the server shares its core'} ({shares})"
    if others >= FULL:
        return f"PostgreSQL and the load generator hold it ({shares})"
    if foreign > QUIET:
        return f"something else on this machine holds it, which took {foreign:.2f} cores ({shares})"
    return f"no core is full: waiting, for the disk or for each other, holds it ({shares})"
