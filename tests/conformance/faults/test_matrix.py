"""The committed matrix fits the code: every must fails under a fault, every fault is caught, and the page shows it."""

import pytest

from conformance.clause import Clause, Severity
from conformance.clauses import AREAS, all_clauses
from tests.conformance.faults import listing, matrix
from tests.conformance.faults.catalogue import all_faults
from tests.conformance.faults.fault import Ground, fault
from tests.conformance.faults.matrix import Row
from tests.conformance.faults.messages import Reply
from tests.conformance.faults.short import FAULTS, chosen_for
from tests.conformance.faults.trying import Outcome, ground_of


def test_the_committed_matrix_has_no_gaps() -> None:
    assert matrix.gaps(matrix.read(), all_clauses(), all_faults()) == []


def test_the_page_shows_the_committed_matrix() -> None:
    page = listing.page(matrix.read(), all_clauses(), all_faults())
    assert listing.PAGE.read_text(encoding="utf-8") == page, "run: python -m tests.conformance.faults --page"


def test_a_fault_is_made_for_areas_that_there_are() -> None:
    unknown = {area for each in all_faults().values() for area in each.areas} - set(AREAS)
    assert unknown == set()
    assert [each.name for each in all_faults().values() if not each.areas] == []


def test_every_fault_breaks_something() -> None:
    assert [each.name for each in all_faults().values() if not (each.api or each.deliveries or each.mails)] == []


def test_a_fault_stands_where_its_areas_are_asked() -> None:
    grounds = {area: {ground_of(clause) for clause in all_clauses() if clause.area == area} for area in AREAS}
    assert [each.name for each in all_faults().values() if each.ground not in grounds[each.home]] == []


CLAUSES = [
    Clause("states/expired", "An expired one is not valid.", (), Severity.MUST, lambda _trial: None),
    Clause("states/told", "A state is told.", (), Severity.SHOULD, lambda _trial: None),
    Clause("errors/shape", "An error has a shape.", (), Severity.MUST, lambda _trial: None),
]
LATE = fault("late", "It is late.", "states", lambda _request, _ask, _memory: Reply())


def test_a_must_that_no_fault_fails_is_a_gap_and_a_should_is_none() -> None:
    told = matrix.gaps({"late": Row(("states/expired",))}, CLAUSES, {"late": LATE})
    assert told == ["No fault fails errors/shape: a must that cannot fail is none."]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ({}, "The matrix does not know the fault late."),
        ({"late": Row(())}, "late is not caught."),
        ({"late": Row(("errors/shape",))}, "late trips errors/shape, an area that it has nothing to do with."),
        ({"late": Row(("states/lost",))}, "The matrix has a clause states/lost, which is no more."),
        ({"early": Row(("states/told",))}, "The matrix has a fault early, which is no more."),
    ],
)
def test_what_does_not_fit_is_told(rows: dict[str, Row], told: str) -> None:
    assert told in matrix.gaps(rows, CLAUSES, {"late": LATE})


def test_a_run_that_went_otherwise_is_told() -> None:
    outcome = Outcome("late", tripped=("states/expired",), wrong=("states/told has crashed",))
    assert matrix.verdict(LATE, outcome) == ["late: states/told has crashed"]


def test_the_short_choice_is_the_same_for_a_number_and_of_many_areas() -> None:
    known = matrix.read()
    for choice in (1, 2):
        without, *chosen = chosen_for(choice, all_faults(), known)
        assert [without, *chosen] == chosen_for(choice, all_faults(), known)
        assert set(without.only) == {slug for task in chosen for slug in task.only}
        assert len(chosen) == FAULTS
        assert len({all_faults()[task.fault].home for task in chosen}) > FAULTS / 2
        assert all(task.ground is Ground.USUAL and task.only == known[task.fault].trips for task in chosen)
