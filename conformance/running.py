"""A run: each clause is tried in turn, and what came of it is told apart."""

import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .clause import Clause, Severity
from .exchanges import Exchange, Recorder
from .findings import Blocked, NotMet, NotPossible, Silent
from .options import Options
from .probing import is_alive
from .trial import Trial

CONFORMANT, NOT_CONFORMANT, COULD_NOT_TELL = range(3)


class Status(StrEnum):
    """What came of a clause."""

    PASS = "pass"  # noqa: S105  # no password
    FAIL = "fail"
    """A must that is not met."""
    WARNING = "warning"
    """A should that is not met."""
    SKIP = "skip"
    """It could not be tried; the reason says what the call or the server lacks."""
    DISABLED = "disabled"
    """The user left it out."""
    ERROR = "error"
    """The suite's own fault, which says nothing about the server."""


@dataclass(frozen=True)
class Result:
    """What came of one clause."""

    clause: Clause
    status: Status
    why: str = ""
    exchanges: tuple[Exchange, ...] = ()
    shown: Exchange | None = None
    """The exchange that shows it, of those above."""
    seconds: float = 0.0
    blocked: bool = False
    """Skipped since the server failed at something before."""


def chosen(clauses: Iterable[Clause], options: Options) -> list[tuple[Clause, bool]]:
    """Each clause, and whether the user wants it: by `only` and `without`, which name areas and clauses."""

    def wanted(clause: Clause) -> bool:
        names = {clause.slug, clause.area}
        return (not options.only or bool(names & set(options.only))) and not names & set(options.without)

    return [(clause, wanted(clause)) for clause in clauses]


def run(
    choice: Sequence[tuple[Clause, bool]], trial: Trial, recorder: Recorder, begin: Callable[[Clause], None]
) -> Iterator[Result]:
    """The results, one by one as they come in, late clauses last.

    A server that goes away for good ends the trying: the rest is skipped.
    """
    away = False
    for clause, wanted in sorted(choice, key=lambda each: each[0].is_late):
        if not wanted:
            yield Result(clause, Status.DISABLED, "left out, as the call says")
        elif away:
            yield Result(clause, Status.SKIP, "the server has gone away", blocked=True)
        else:
            begin(clause)
            result = tried(clause, trial, recorder)
            away = result.status is not Status.PASS and _unanswered(result) and not is_alive(trial.public)
            yield result


def tried(clause: Clause, trial: Trial, recorder: Recorder) -> Result:
    """What comes of a clause."""
    recorder.begin()
    begun = time.monotonic()
    status, why, shown, blocked = _ending(clause, trial, recorder)
    return Result(clause, status, why, tuple(recorder.exchanges), shown, time.monotonic() - begun, blocked)


def _ending(clause: Clause, trial: Trial, recorder: Recorder) -> tuple[Status, str, Exchange | None, bool]:
    missed = Status.FAIL if clause.severity is Severity.MUST else Status.WARNING
    try:
        clause.check(trial)
    except NotMet as end:
        return missed, str(end), end.answer.exchange if end.answer else _last(recorder), False
    except Silent as end:
        return missed, str(end), _last(recorder), False
    except NotPossible as end:
        return Status.SKIP, str(end), None, isinstance(end, Blocked)
    except Exception:  # noqa: BLE001  # the suite's own fault must not end the run
        return Status.ERROR, traceback.format_exc(), None, False
    return Status.PASS, "", None, False


def exit_status(results: Sequence[Result], *, strict: bool) -> int:
    """0 conformant, 1 not, 2 could not tell.

    A failure is one whatever else there is. Without one, the suite's own faults, and clauses that the server blocked,
    leave the question open; so do all skipped ones in a strict run, in which a warning counts as a failure.
    """
    statuses = {result.status for result in results}
    if Status.FAIL in statuses or (strict and Status.WARNING in statuses):
        return NOT_CONFORMANT
    if Status.ERROR in statuses or any(result.blocked for result in results) or (strict and Status.SKIP in statuses):
        return COULD_NOT_TELL
    return CONFORMANT if Status.PASS in statuses or Status.WARNING in statuses else COULD_NOT_TELL


def _unanswered(result: Result) -> bool:
    return bool(result.exchanges) and result.exchanges[-1].status is None


def _last(recorder: Recorder) -> Exchange | None:
    return recorder.exchanges[-1] if recorder.exchanges else None
