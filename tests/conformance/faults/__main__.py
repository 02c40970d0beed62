"""Who judges the judge: the suite against a server with one fault after the other. `python -m tests.conformance.faults`.

Exit status 0 when every fault is caught by clauses of its own areas, every must fails under a fault, and nothing fails
without one; 1 otherwise.
"""

import argparse
import signal
import sys
import time
from collections.abc import Mapping, Sequence

from conformance.clause import Severity
from conformance.clauses import AREAS, all_clauses
from tests.conformance.faults import listing, matrix
from tests.conformance.faults.catalogue import all_faults, fault_named
from tests.conformance.faults.crew import Task, outcomes
from tests.conformance.faults.fault import NONE, Ground
from tests.conformance.faults.matrix import Row
from tests.conformance.faults.short import chosen_for
from tests.conformance.faults.trying import Outcome

PROCESSES = 4
"""A run waits more than it works, so more of them than processors."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, judge."""
    asked = _asked(arguments)
    if asked.page:
        listing.write()
        return 0
    begun = time.monotonic()
    tasks = _tasks(asked)
    print(f"{len(tasks)} runs, {asked.processes} at a time, on {asked.database}", flush=True)
    found = []
    for outcome in outcomes(tasks, asked.processes, asked.database):
        found.append(outcome)
        print(_line(len(found), len(tasks), outcome, explained=asked.explain), flush=True)
    rows = {each.fault: matrix.row(each) for each in found if each.fault != NONE.name}
    wrong = _wrong(asked, found, rows)
    for told in wrong:
        print(f"WRONG  {told}")
    if asked.write:
        _write(asked, rows)
    print(_figures(found, rows, time.monotonic() - begun))
    return 1 if wrong else 0


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.conformance.faults", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="FAULT", help="these faults; `none` is a run without one"
    )
    parser.add_argument("--area", nargs="+", default=[], choices=AREAS, help="the faults made for these areas")
    parser.add_argument("--clauses", nargs="+", default=[], metavar="SLUG", help="ask these clauses or areas alone")
    parser.add_argument("--processes", type=int, default=PROCESSES, help=f"runs at a time ({PROCESSES})")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument(
        "--write", action="store_true", help="commit to what was found: matrix.json and the page in docs/"
    )
    parser.add_argument("--page", action="store_true", help="only write the page anew, from the committed matrix")
    parser.add_argument("--short", action="store_true", help="a dozen faults, and the clauses that notice them alone")
    parser.add_argument("--choice", type=int, default=1, help="another number, another dozen (1)")
    parser.add_argument("--explain", action="store_true", help="what each clause says of a fault")
    return parser.parse_args(arguments)


def _tasks(asked: argparse.Namespace) -> list[Task]:
    faults = all_faults()
    if asked.short:
        return chosen_for(asked.choice, faults, matrix.read())
    named = [name for name, fault in faults.items() if fault.home in asked.area]
    wanted = [*asked.only, *named] if asked.only or asked.area else [NONE.name, *faults]
    tasks = []
    for fault in map(fault_named, dict.fromkeys(wanted)):
        if fault.name != NONE.name:
            tasks.append(Task(fault.name, fault.ground, tuple(asked.clauses)))
            continue
        tasks += [Task(NONE.name, ground, tuple(asked.clauses)) for ground in Ground]
        tasks.append(Task(NONE.name, Ground.USUAL, tuple(asked.clauses), write=False))
    return tasks


def _is_whole(asked: argparse.Namespace) -> bool:
    return not (asked.only or asked.area or asked.clauses or asked.short)


def _line(number: int, count: int, outcome: Outcome, *, explained: bool) -> str:
    what = ", ".join(outcome.tripped) if outcome.tripped else f"{outcome.passed} passed"
    line = f"{number:4}/{count}  {outcome.seconds:6.1f} s  {outcome.fault} → {what}"
    told = outcome.not_passed if outcome.fault == NONE.name else [f"{slug}: {why}" for slug, why in outcome.why.items()]
    return "\n".join([line, *(f"           {each}" for each in told)]) if explained else line


def _wrong(asked: argparse.Namespace, found: Sequence[Outcome], rows: Mapping[str, Row]) -> list[str]:
    wrong = [told for each in found for told in matrix.verdict(fault_named(each.fault), each)]
    if _is_whole(asked):
        wrong += matrix.uncovered(rows, all_clauses())
    return wrong


def _write(asked: argparse.Namespace, rows: Mapping[str, Row]) -> None:
    known = {} if _is_whole(asked) else matrix.read()
    matrix.write({name: row for name, row in {**known, **rows}.items() if name in all_faults()})
    listing.write()


def _figures(found: Sequence[Outcome], rows: Mapping[str, Row], seconds: float) -> str:
    noticing = matrix.noticed_by(rows)
    musts = [clause.slug for clause in all_clauses() if clause.severity is Severity.MUST]
    caught = [name for name, row in rows.items() if row.trips]
    return (
        f"{len(caught)} of {len(rows)} faults caught, {sum(slug in noticing for slug in musts)} of {len(musts)} musts "
        f"failed by a fault, {sum(each.passed for each in found)} checks passed, {seconds:.0f} s"
    )


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything started is ended
    sys.exit(main())
