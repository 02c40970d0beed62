"""A proof that cannot fail proves nothing."""

from typing import Any

import pytest

from bench.codes import Reader
from bench.million_plans import faults
from bench.proof import Proof


def verdict_of(proof: Proof, capsys: pytest.CaptureFixture[str]) -> str:
    code = proof.end()
    said = capsys.readouterr().out
    assert code == (1 if "FAILED" in said else 0)
    return said


def test_one_broken_promise_fails_the_proof(capsys: pytest.CaptureFixture[str]) -> None:
    proof = Proof("a proof", seed=7)
    proof.hold("nothing is lost")
    proof.hold("nothing is repeated", "TRC-EXA-26-F5N8K3")
    said = verdict_of(proof, capsys)
    assert "NOT KEPT  nothing is repeated" in said
    assert "TRC-EXA-26-F5N8K3" in said
    assert "FAILED, 1 of 2 promises broken; seed 7" in said


def test_kept_promises_pass_it(capsys: pytest.CaptureFixture[str]) -> None:
    proof = Proof("a proof", seed=7)
    proof.hold("nothing is lost", kept=True)
    assert "PASSED; seed 7" in verdict_of(proof, capsys)


def test_a_seed_repeats_the_choices() -> None:
    assert Proof("a proof", seed=7).chance.random() == Proof("a proof", seed=7).chance.random()


@pytest.mark.parametrize(
    ("shown", "issued", "broken"),
    [
        ("CBA", "ABC", []),
        ("CA", "ABC", ["nothing is lost"]),
        ("CBBA", "ABC", ["nothing is repeated", "newest first"]),
        ("CBA", "AB", ["nothing is shown that was not issued"]),
        ("BCA", "ABC", ["newest first"]),
    ],
)
def test_a_list_is_held_against_what_was_issued(
    shown: str, issued: str, broken: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    proof = Proof("a proof", seed=7)
    pairs = [(f"2026-03-15T10:00:00.{ord(code)}Z", code) for code in shown]
    Reader.compare("a list", pairs, before={"A", "B"}, issued=set(issued), proof=proof)
    said = verdict_of(proof, capsys)
    assert [name for name in broken if f"NOT KEPT  a list: {name}" in said] == broken
    assert said.count("NOT KEPT  ") == len(broken)


SORTED_SCAN: dict[str, Any] = {
    "Node Type": "Limit",
    "Actual Rows": 20,
    "Actual Loops": 1,
    "Plans": [
        {
            "Node Type": "Sort",
            "Actual Rows": 20,
            "Actual Loops": 1,
            "Plans": [
                {"Node Type": "Seq Scan", "Relation Name": "certificate", "Actual Rows": 2001, "Actual Loops": 1},
                {"Node Type": "Seq Scan", "Relation Name": "course", "Actual Rows": 3, "Actual Loops": 1},
            ],
        }
    ],
}


def test_a_plan_is_judged_by_its_scans_and_by_what_it_sorts() -> None:
    assert faults(SORTED_SCAN) == ["Seq Scan on certificate", "Sort of 2,001 rows"]
    assert faults({"Node Type": "Index Scan", "Relation Name": "certificate"}) == []
    walk = {
        "Node Type": "Index Scan",
        "Relation Name": "certificate",
        "Rows Removed by Filter": 1001,
        "Actual Loops": 2,
    }
    assert faults(walk) == ["Index Scan that passes over 2,002 rows"]
