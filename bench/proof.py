"""What every proof has in common: a seed, lines that tell how far it is, promises that are checked, one plain summary."""

import argparse
import asyncio
import math
import random
import secrets
import statistics
import time
from collections.abc import Callable, Sequence

EVERY_SECONDS = 3.0
SHOWN = 5
LONGEST_SHOWN = 1000


def command(name: str, description: str) -> argparse.ArgumentParser:
    """A command with the options that every proof has."""
    parser = argparse.ArgumentParser(
        prog=f"python -m bench.{name}",
        description=description,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--seed", type=int, default=None, help="repeats the choices of an earlier run; by lot if not given"
    )
    return parser


def with_database(parser: argparse.ArgumentParser) -> None:
    """The option for the database."""
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite", help="which database to run on")


class Proof:
    """A run of one proof: it says what happens, collects what was promised, and ends with a summary and an exit code."""

    def __init__(self, title: str, seed: int | None) -> None:
        self.seed = secrets.randbelow(10**9) if seed is None else seed
        self.chance = random.Random(self.seed)  # noqa: S311  # choices that can be repeated, no secrets
        self._began = self._said = time.monotonic()
        self._figures: list[str] = []
        self._promises: list[tuple[str, bool]] = []
        self.say(f"{title}; seed {self.seed}")

    def say(self, line: str) -> None:
        """A line of progress, with the seconds since the start."""
        self._said = time.monotonic()
        print(f"[{self._said - self._began:6.1f} s] {line}", flush=True)

    def now_and_then(self, line: str) -> None:
        """A line of progress, unless the last one is less than three seconds old."""
        if time.monotonic() - self._said >= EVERY_SECONDS:
            self.say(line)

    async def until(self, reached: Callable[[], bool], seconds: float, line: Callable[[], str]) -> bool:
        """Wait for something that happens in other processes, for so long at most, and say whether it did."""
        ends = time.monotonic() + seconds
        while not reached():
            if time.monotonic() > ends:
                return False
            self.now_and_then(line())
            await asyncio.sleep(0.05)
        return True

    def figure(self, line: str) -> None:
        """A figure for the summary."""
        self._figures.append(line)

    def hold(self, promise: str, *against: object, kept: bool | None = None) -> None:
        """A promise is kept when nothing speaks against it. What does is shown at once, the first few of it."""
        fine = not against if kept is None else kept
        self._promises.append((promise, fine))
        if not fine:
            self.say(f"NOT KEPT: {promise}")
            for found in against[:SHOWN]:
                self.say(f"  {found}"[:LONGEST_SHOWN])
            if len(against) > SHOWN:
                self.say(f"  and {len(against) - SHOWN} more")

    def end(self) -> int:
        """Print the summary and answer with the exit code: 0 when every promise was kept, else 1."""
        broken = sum(not fine for _, fine in self._promises)
        print("\nSummary")
        for line in self._figures:
            print(f"  {line}")
        for promise, fine in self._promises:
            print(f"  {'kept    ' if fine else 'NOT KEPT'}  {promise}")
        verdict = f"FAILED, {broken} of {len(self._promises)} promises broken" if broken else "PASSED"
        print(f"  {verdict}; seed {self.seed}, {time.monotonic() - self._began:.0f} s", flush=True)
        return 1 if broken else 0


def milliseconds(seconds: Sequence[float]) -> str:
    """Median and slowest of some durations, for people."""
    if not seconds:
        return "none"
    return f"median {statistics.median(seconds) * 1000:.1f} ms, slowest {max(seconds) * 1000:.0f} ms"


def percentile(seconds: Sequence[float], share: float) -> float:
    """The duration that this share of some does not exceed.

    >>> percentile([0.3, 0.1, 0.2], 0.5)
    0.2
    """
    return sorted(seconds)[max(0, math.ceil(share * len(seconds)) - 1)]


def percentiles(seconds: Sequence[float]) -> str:
    """Median, 99th percentile and longest of some durations, for people."""
    if not seconds:
        return "none"
    return (
        f"median {percentile(seconds, 0.5) * 1000:.0f} ms, p99 {percentile(seconds, 0.99) * 1000:.0f} ms,"
        f" longest {max(seconds) * 1000:.0f} ms, of {len(seconds)}"
    )
