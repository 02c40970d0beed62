"""The matrix: which clauses notice which fault. It is committed beside the tests, and held against the code."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.clause import Clause, Severity
from tests.conformance.faults.fault import NONE, Fault
from tests.conformance.faults.trying import Outcome

FILE = Path(__file__).parent / "matrix.json"
SLOW_SECONDS = 3.0
"""The clauses that notice a fault took longer than this: too slow for a short look."""


@dataclass(frozen=True)
class Row:
    """What is known of a fault."""

    trips: tuple[str, ...]
    """The clauses that notice it, in the suite's order."""
    slow: bool = False


Matrix = Mapping[str, Row]


def row(outcome: Outcome) -> Row:
    """What a run has shown of its fault."""
    return Row(outcome.tripped, outcome.noticing_seconds > SLOW_SECONDS)


def read() -> dict[str, Row]:
    """The committed matrix."""
    told = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: Row(tuple(row["trips"]), bool(row.get("slow"))) for name, row in told.items()}


def write(matrix: Matrix) -> None:
    """Commit to a matrix, one fault a line."""
    lines = [f"  {json.dumps(name)}: {json.dumps(_told(matrix[name]))}" for name in sorted(matrix)]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _told(row: Row) -> dict[str, object]:
    return {"trips": list(row.trips), **({"slow": True} if row.slow else {})}


def noticed_by(matrix: Matrix) -> dict[str, list[str]]:
    """The faults that each clause notices.

    >>> noticed_by({"late": Row(("states/expired",)), "blank": Row(("states/expired", "errors/shape"))})["states/expired"]
    ['blank', 'late']
    """
    found: dict[str, list[str]] = {}
    for name in sorted(matrix):
        for slug in matrix[name].trips:
            found.setdefault(slug, []).append(name)
    return found


def uncovered(matrix: Matrix, clauses: Iterable[Clause]) -> list[str]:
    """The musts that no fault fails, told in sentences."""
    noticing = noticed_by(matrix)
    musts = [clause.slug for clause in clauses if clause.severity is Severity.MUST]
    return [f"No fault fails {slug}: a must that cannot fail is none." for slug in musts if slug not in noticing]


def gaps(matrix: Matrix, clauses: Sequence[Clause], faults: Mapping[str, Fault]) -> list[str]:
    """Where matrix and code do not fit: sentences, none when they do."""
    noticing = noticed_by(matrix)
    slugs = {clause.slug for clause in clauses}
    return [
        *uncovered(matrix, clauses),
        *(f"The matrix does not know the fault {name}." for name in faults if name not in matrix),
        *(f"The matrix has a fault {name}, which is no more." for name in sorted(matrix) if name not in faults),
        *(f"The matrix has a clause {slug}, which is no more." for slug in sorted(noticing) if slug not in slugs),
        *(told for name in faults if name in matrix for told in complaints(faults[name], matrix[name].trips)),
    ]


def complaints(fault: Fault, tripped: Iterable[str]) -> list[str]:
    """What is wrong with the clauses that notice a fault: none does, or one whose area has nothing to do with it.

    >>> complaints(Fault("late", "It is late.", ("states",)), ("errors/shape",))
    ['late trips errors/shape, an area that it has nothing to do with.']
    """
    tripped = list(tripped)
    if not tripped and fault.areas:
        return [f"{fault.name} is not caught."]
    strange = [slug for slug in tripped if slug.partition("/")[0] not in fault.areas]
    return [f"{fault.name} trips {slug}, an area that it has nothing to do with." for slug in strange]


def verdict(fault: Fault, outcome: Outcome) -> list[str]:
    """What is wrong with a run: sentences, none when it went as it has to."""
    told = [f"{fault.name}: {wrong}" for wrong in outcome.wrong]
    if fault.name == NONE.name:
        return [*told, *(f"Without a fault: {each}" for each in outcome.not_passed)]
    return [*told, *complaints(fault, outcome.tripped)]
