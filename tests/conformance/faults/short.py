"""The short version: a dozen faults, each asked of the clauses alone that are known to notice it."""

from collections.abc import Mapping
from random import Random

from tests.conformance.faults.crew import Task
from tests.conformance.faults.fault import NONE, Fault, Ground
from tests.conformance.faults.matrix import Matrix, Row

FAULTS = 12


def chosen_for(choice: int, faults: Mapping[str, Fault], matrix: Matrix) -> list[Task]:
    """The same dozen for the same number, a fault of each area before a second one of any; and a run without a fault."""
    chance = Random(choice)  # noqa: S311  # nothing hangs on it but which faults are tried
    quick = [fault for name, fault in faults.items() if _is_quick(fault, matrix.get(name))]
    chance.shuffle(quick)
    seen: dict[str, int] = {}
    rounds = []
    for fault in quick:
        seen[fault.home] = seen.get(fault.home, 0) + 1
        rounds.append((seen[fault.home], fault.name))
    chosen = sorted(range(len(quick)), key=lambda place: rounds[place][0])[:FAULTS]
    tasks = [Task(quick[place].name, quick[place].ground, matrix[quick[place].name].trips) for place in chosen]
    return [Task(NONE.name, only=tuple(sorted({slug for task in tasks for slug in task.only}))), *tasks]


def _is_quick(fault: Fault, row: Row | None) -> bool:
    return fault.ground is Ground.USUAL and row is not None and not row.slow
