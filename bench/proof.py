"""What every proof has in common: a seed, lines that tell how far it is, promises that are checked, one plain summary."""

import argparse
import random
import secrets
import statistics
import time
from collections.abc import Sequence

EVERY_SECONDS = 3.0
SHOWN = 5


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
                self.say(f"  {found}")
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
