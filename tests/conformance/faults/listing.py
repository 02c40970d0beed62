"""docs/conformance-faults.md: the matrix for people, made from matrix.json and the sentences of the faults."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from conformance.clause import Clause
from conformance.clauses import AREAS, all_clauses
from tests.conformance.faults.catalogue import all_faults
from tests.conformance.faults.fault import Fault
from tests.conformance.faults.matrix import Matrix, noticed_by, read
from tests.installation import ROOT

PAGE = ROOT / "docs" / "conformance-faults.md"
INTRODUCTION = """\
# What the conformance suite notices

A suite that passes every server is worth nothing. So each clause is shown to fail: a proxy stands between the suite and a
server that keeps the contract, and breaks one thing at a time, in requests, in answers, in events and in mails. This
page is the outcome: for each clause the faults that it notices, and for each fault the clauses that notice it. Every
clause that is a must notices at least one fault, every fault is noticed, and none trips a clause of an area that it has
nothing to do with. Without a fault the same proxy passes everything.

It is written by `python -m tests.conformance.faults --write`, from a run of the whole suite for each fault. What the clauses
ask for is in [the list of clauses](conformance.md).
"""


def write() -> None:
    """Write the page, from the committed matrix."""
    PAGE.write_text(page(read(), all_clauses(), all_faults()), encoding="utf-8")


def page(matrix: Matrix, clauses: Sequence[Clause], faults: Mapping[str, Fault]) -> str:
    """The page's text."""
    figures = f"{len(faults)} faults, {len(clauses)} clauses.\n"
    return "\n".join([INTRODUCTION, figures, *_by_clause(matrix, clauses), *_by_fault(matrix, faults)])


def _by_clause(matrix: Matrix, clauses: Iterable[Clause]) -> Iterator[str]:
    noticing = noticed_by(matrix)
    yield "## Which faults a clause notices\n"
    for area, of_area in groupby(clauses, key=lambda clause: clause.area):
        yield f"### {area}\n\n| clause | | noticed faults |\n|---|---|---|"
        for clause in of_area:
            named = ", ".join(f"`{name}`" for name in noticing.get(clause.slug, []))
            yield f"| `{clause.slug}` | {clause.severity} | {named or '–'} |"
        yield ""


def _by_fault(matrix: Matrix, faults: Mapping[str, Fault]) -> Iterator[str]:
    yield "## Which clauses notice a fault\n"
    for area in AREAS:
        of_area = [fault for name, fault in sorted(faults.items()) if fault.home == area]
        if of_area:
            yield f"### Of {area}\n\n| fault | what is broken | noticed by |\n|---|---|---|"
        for fault in of_area:
            named = ", ".join(f"`{slug}`" for slug in matrix[fault.name].trips)
            yield f"| `{fault.name}` | {fault.says} | {named} |"
        if of_area:
            yield ""
