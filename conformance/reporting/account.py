"""A run as every report tells it: what was asked, what came of each clause, and the verdict as a sentence."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from ..options import Options
from ..running import CONFORMANT, COULD_NOT_TELL, NOT_CONFORMANT, Result, Status, exit_status

UNTRIED = frozenset({Status.SKIP, Status.DISABLED})


@dataclass(frozen=True)
class Account:
    """One run. Its results hold no secret any more."""

    options: Options
    begun: datetime
    seconds: float
    results: tuple[Result, ...]
    planned: int
    """How many clauses were to be tried; fewer are among the results where the run was broken off."""
    obstacle: str = ""
    """Why nothing at all could be tried, in a sentence."""
    unheard: tuple[str, ...] = ()
    """What never came though it was waited for all the time, in a sentence each."""

    @cached_property
    def counts(self) -> dict[Status, int]:
        """How many clauses came to each status, in the order of the statuses."""
        return counted(self.results)

    @cached_property
    def areas(self) -> dict[str, tuple[Result, ...]]:
        """The results by area, in the order in which they came."""
        found: dict[str, list[Result]] = {}
        for result in self.results:
            found.setdefault(result.clause.area, []).append(result)
        return {area: tuple(results) for area, results in found.items()}

    @cached_property
    def tried(self) -> int:
        """How many clauses were tried."""
        return sum(count for status, count in self.counts.items() if status not in UNTRIED)

    @property
    def is_broken_off(self) -> bool:
        """Whether it ended before its time."""
        return sum(result.status is not Status.DISABLED for result in self.results) < self.planned

    @property
    def is_complete(self) -> bool:
        """Whether everything was tried that was to be."""
        return not (self.obstacle or self.is_broken_off or self.counts[Status.SKIP])

    @property
    def exit_status(self) -> int:
        """0 conformant, 1 not, 2 could not tell."""
        if self.obstacle or self.is_broken_off:
            return COULD_NOT_TELL
        return exit_status(self.results, strict=self.options.strict)

    @property
    def is_partly_conformant(self) -> bool:
        """Whether it conforms in what was tried, while there was more to try."""
        return self.exit_status == CONFORMANT and not self.is_complete

    @property
    def headline(self) -> str:
        """The verdict in a few words."""
        if self.is_partly_conformant:
            return f"Conforms as far as tried: {self._share}"
        names = {CONFORMANT: "Conformant", NOT_CONFORMANT: "Not conformant", COULD_NOT_TELL: "Could not tell"}
        return names[self.exit_status]

    @property
    def verdict(self) -> str:
        """The verdict as a sentence or two, and what may have been wrong with the call."""
        return " ".join((self._verdict(), *self.unheard))

    def _verdict(self) -> str:
        if self.obstacle:
            return f"Could not tell: {self.obstacle}"
        facts = self._facts()
        url = self.options.url
        if self.is_broken_off:
            return f"Could not tell: the run was broken off. Until then, {facts}."
        if self.exit_status == COULD_NOT_TELL:
            return f"Could not tell whether {url} conforms: {self._reason()}; {facts}."
        if self.exit_status == NOT_CONFORMANT:
            return f"{url} does not conform: {facts}."
        if self.is_partly_conformant:
            return f"{url} conforms as far as tried, which is {self._share}: {facts}."
        return f"{url} conforms: {facts}."

    def missed(self) -> list[Result]:
        """What a person has to look at, the worst first: failures, warnings, the suite's own faults."""
        order = (Status.FAIL, Status.WARNING, Status.ERROR)
        return [result for status in order for result in self.results if result.status is status]

    @property
    def _share(self) -> str:
        return f"{self.tried} of {_clauses(self.tried + self.counts[Status.SKIP])}"

    def _facts(self) -> str:
        """What was met and what was not, in half a sentence.

        The user's own choice, which disabled what is not there, is no news.
        """
        met, warnings = self.counts[Status.PASS], self.counts[Status.WARNING]
        missed = self.counts[Status.FAIL] + (warnings if self.options.strict else 0)
        told = [f"{missed} of {_clauses(self.tried)} not met" if missed else f"{_clauses(met)} met"]
        told += [f"{warnings} with a warning"] if warnings and not self.options.strict else []
        told += [f"{self.counts[Status.SKIP]} could not be tried"] if self.counts[Status.SKIP] else []
        return ", ".join(told)

    def _reason(self) -> str:
        errors = self.counts[Status.ERROR]
        if errors:
            return f"{_clauses(errors)} ended by a fault of the suite itself"
        if any(result.blocked for result in self.results):
            return "the server failed at what other clauses stand on"
        if not self.tried:
            return "nothing was tried"
        return "a strict run leaves no clause out"


def counted(results: Iterable[Result]) -> dict[Status, int]:
    """How many of some results have each status.

    >>> list(counted([])) == list(Status)
    True
    """
    found = Counter(result.status for result in results)
    return {status: found[status] for status in Status}


def reasons(results: Sequence[Result], status: Status) -> dict[str, list[Result]]:
    """The results of a status by the reason they share, in the order in which it first came."""
    found: dict[str, list[Result]] = {}
    for result in results:
        if result.status is status:
            found.setdefault(result.why, []).append(result)
    return found


def _clauses(count: int) -> str:
    return "1 clause" if count == 1 else f"{count} clauses"
