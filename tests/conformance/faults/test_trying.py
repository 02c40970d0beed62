"""From end to end: a fault stands between suite and server, is noticed, and nothing is left running."""

import psutil
import pytest

from tests.conformance.faults.__main__ import main
from tests.conformance.faults.crew import Task, outcomes

FEW = ("states/expired", "states/renewed", "errors/not-an-object")


def test_a_fault_is_noticed_by_the_clause_that_it_is_about_and_by_no_other() -> None:
    before = set(psutil.Process().children(recursive=True))
    tasks = [Task("none", only=FEW), Task("expired-still-valid", only=FEW), Task("null-is-an-empty-body", only=FEW)]
    found = {each.fault: each for each in outcomes(tasks, processes=1, database="sqlite")}
    assert found["none"].not_passed == ()
    assert found["none"].passed == len(FEW)
    assert found["expired-still-valid"].tripped == ("states/expired",)
    assert found["null-is-an-empty-body"].tripped == ("errors/not-an-object",)
    assert [wrong for each in found.values() for wrong in each.wrong] == []
    assert [
        each for each in psutil.Process().children(recursive=True) if each not in before and not is_tracker(each)
    ] == []


def is_tracker(process: psutil.Process) -> bool:
    """Python's own, which stays until the tests end."""
    return "resource_tracker" in " ".join(process.cmdline())


def test_a_fault_that_a_clause_does_not_notice_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--only", "expired-still-valid", "--clauses", "states/renewed", "--processes", "1"])
    assert status == 1
    assert "WRONG  expired-still-valid is not caught." in capsys.readouterr().out
