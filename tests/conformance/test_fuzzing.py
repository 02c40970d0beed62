"""Schemathesis's report, cut up by operation; what it is told; and what comes of its findings."""

import base64
import io
import json
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from conformance import fuzzing, fuzzing_run
from conformance.clause import Clause
from conformance.contract import the_contract
from conformance.findings import Blocked, NotMet
from conformance.fuzzing import OwnFault
from conformance.fuzzing_links import links
from conformance.fuzzing_report import Findings, findings
from conformance.fuzzing_run import Plan, command, configuration, examples, needed
from conformance.judging import judge
from conformance.options import Options
from conformance.reporting.terminal import Terminal
from conformance.running import NOT_CONFORMANT
from tests.conformance.fake_server import Asked, Told, faking
from tests.conformance.made_up import trial_of

KEY = "trc_live_J4neD0eJ4neD0e"
COURSES = "POST /api/v1/courses"
VERIFY = "GET /api/v1/verify/{code}"
VERIFIED = "http://127.0.0.1:8000/api/v1/verify/TRC-ACA-26-F5N8K3"


def case(label: str, **more: Any) -> dict[str, Any]:
    method, _, path = label.partition(" ")
    return {"value": {"method": method, "path": path}, **more}


def interaction(url: str, status: int | None, body: bytes = b"{}", **headers: str) -> dict[str, Any]:
    sent = {"method": "GET", "uri": url, "headers": {name: [value] for name, value in headers.items()}}
    content = {"$base64": base64.b64encode(body).decode()}
    answered = {
        "status_code": status,
        "headers": {"content-type": ["application/json"]},
        "content": content,
        "elapsed": 0.01,
    }
    return {"request": sent, "response": answered if status else None}


def failed(kind: str, message: str = "") -> list[dict[str, Any]]:
    failure = {"type": kind, "title": "Something", "message": message}
    return [{"status": "success"}, {"status": "failure", "failure_info": {"failure": failure}}]


def scenario(label: str, cases: dict[str, Any], answers: dict[str, Any], **checks: Any) -> str:
    recorder = {"label": label, "cases": cases, "interactions": answers, "checks": checks}
    phase = "stateful" if label == "Stateful tests" else "fuzzing"
    return json.dumps({"ScenarioFinished": {"phase": phase, "recorder": recorder}})


END = json.dumps({"EngineFinished": {"stop_reason": "completed"}})


def read(*lines: str) -> Findings:
    return findings([*lines, END])


def test_statuses_are_counted_by_operation() -> None:
    answers = {"a": interaction(VERIFIED, 200), "b": interaction(VERIFIED, 404)}
    found = read(scenario(VERIFY, {"a": case(VERIFY), "b": case(VERIFY)}, answers))
    assert found.statuses == {VERIFY: {200: 1, 404: 1}}
    assert found.has_ended
    assert not found.wrong


def test_a_method_that_no_operation_has_is_the_business_of_the_operation_it_was_tried_at() -> None:
    other = case("QUERY /api/v1/verify/{code}")
    answers = {"a": interaction(VERIFIED, 501)}
    found = read(scenario(VERIFY, {"a": other}, answers, a=failed("ServerError")))
    assert found.statuses == {}
    assert [wrong.kind for wrong in found.wrong[VERIFY]] == ["ServerError"]


def test_a_walk_belongs_to_the_operation_that_it_fails_at_and_is_told_from_its_beginning() -> None:
    cases = {"a": case(COURSES), "b": case(VERIFY, parent_id="a")}
    answers = {"a": interaction("http://127.0.0.1:8000/api/v1/courses", 201), "b": interaction(VERIFIED, 404)}
    found = read(scenario("Stateful tests", cases, answers, b=failed("EnsureResourceAvailability")))
    assert [sent.status for sent in found.wrong[VERIFY][0].walk] == [201, 404]
    assert COURSES not in found.wrong


def test_of_each_kind_there_is_one_finding_the_shortest() -> None:
    long, short = interaction(VERIFIED + "0" * 50, 500), interaction(VERIFIED, 500)
    cases = {"a": case(VERIFY), "b": case(VERIFY)}
    found = read(scenario(VERIFY, cases, {"a": long, "b": short}, a=failed("ServerError"), b=failed("ServerError")))
    assert [wrong.walk[-1].url for wrong in found.wrong[VERIFY]] == [VERIFIED]


def test_no_answer_is_a_finding() -> None:
    found = read(scenario(VERIFY, {"a": case(VERIFY)}, {"a": interaction(VERIFIED, None)}))
    assert [(wrong.kind, wrong.words) for wrong in found.wrong[VERIFY]] == [("Silent", "no answer came")]
    assert found.statuses == {}


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"NonFatalError": {"label": VERIFY, "value": {"type": "ConnectionError", "message": "gone"}}}, []),
        (
            {"NonFatalError": {"label": VERIFY, "value": {"type": "Unsatisfiable", "message": "none"}}},
            ["Unsatisfiable"],
        ),
        ({"FatalError": {"exception": {"type": "RuntimeError", "message": "oh"}}}, ["RuntimeError"]),
    ],
)
def test_its_own_faults_are_told_from_the_servers(event: dict[str, Any], told: list[str]) -> None:
    found = read(json.dumps(event))
    assert len(found.faults) == len(told)
    assert all(each in fault for each, fault in zip(told, found.faults, strict=True))


@pytest.mark.parametrize(
    ("reason", "ended"), [("completed", True), ("server_unavailable", True), ("interrupted", False)]
)
def test_whether_it_came_to_its_end(reason: str, *, ended: bool) -> None:
    assert findings([json.dumps({"EngineFinished": {"stop_reason": reason}})]).has_ended is ended


def plan(**samples: list[str]) -> Plan:
    return Plan("http://127.0.0.1:8000", "trc_live_secret", (), 5, 1, samples, 10, 60)


def test_the_configuration_names_real_things_and_no_key() -> None:
    text = configuration(plan(codes=["TRC-ACA-26-F5N8K3"], tokens=["a.b.c"], courses=[]))
    told = tomllib.loads(text)
    assert told["parameters"]["path.code"]["dictionary"] == "codes"
    assert told["dictionaries"]["tokens"]["values"] == ["a.b.c"]
    assert "courses" not in told["dictionaries"]
    assert "trc_live_secret" not in text
    assert told["hooks"] == "conformance.fuzzing_hooks"


def test_an_operation_needs_the_things_in_its_path_and_those_of_its_own() -> None:
    operations = the_contract().operations
    assert needed(operations["get_delivery"]) == {"webhooks", "deliveries"}
    assert needed(operations["revoke_certificate"]) == {"revocable"}
    assert needed(operations["issue_certificate"]) == {"courses"}
    assert needed(operations["list_courses"]) == set()


def test_every_sample_is_known_by_name() -> None:
    names = {*fuzzing_run.DRAWN.values(), *(name for _, name in fuzzing_run.DRAWN_BY_ONE.values())}
    assert examples({name: [name] for name in names})["*"]["path.code"] == "codes"


def outcome(lines: Iterable[str], samples: dict[str, list[str]] | None = None) -> None:
    """What the clause about verification says of a report."""
    judged(findings(lines), samples)


def judged(found: Findings, samples: dict[str, list[str]] | None = None) -> None:
    """The same of findings."""
    tried, _ = trial_of(lambda _request: httpx.Response(500))
    tried.stage.made[fuzzing.MADE] = (found, samples or {"codes": ["TRC-ACA-26-F5N8K3"]})
    (clause,) = [each for each in fuzzing.FUZZED if each.slug == "contract/verify_certificate"]
    clause.check(tried)


def test_a_clause_is_met_by_an_operation_without_findings() -> None:
    outcome([scenario(VERIFY, {"a": case(VERIFY)}, {"a": interaction(VERIFIED, 200)}), END])


def test_a_clause_says_what_is_wrong_and_where() -> None:
    lines = [
        scenario(
            VERIFY,
            {"a": case(VERIFY)},
            {"a": interaction(VERIFIED, 200, b'{"valid": "yes"}')},
            a=failed("JsonSchemaError", '"yes" is not of type "boolean"'),
        ),
        scenario(VERIFY, {"b": case(VERIFY)}, {"b": interaction(VERIFIED, 500)}, b=failed("ServerError")),
    ]
    with pytest.raises(NotMet) as end:
        outcome([*lines, END])
    assert str(end.value).startswith("GET /api/v1/verify/TRC-ACA-26-F5N8K3: it answers 200; the answer is not as")
    assert "fault of the server's own" in str(end.value)


def test_an_operation_that_never_succeeds_does_not_meet_its_clause() -> None:
    lines = [scenario(VERIFY, {"a": case(VERIFY)}, {"a": interaction(VERIFIED, 404)}), END]
    with pytest.raises(NotMet, match="none of its requests succeeds; the answers are 404 1 times"):
        outcome(lines)
    outcome(lines, {"codes": []})


def test_an_operation_that_was_never_asked_is_left_open() -> None:
    with pytest.raises(Blocked, match="never came to ask"):
        outcome([END])


def test_a_program_that_fails_is_the_suites_own_fault() -> None:
    kept: list[str] = []
    broken = replace(plan(), examples=-1, keep=kept.append)  # which it refuses
    found = fuzzing_run.run(broken)
    assert "Schemathesis ended with" in found.own_fault
    assert len(kept) == 1
    with pytest.raises(OwnFault, match="Schemathesis ended with"):
        judged(found)


def test_a_finding_goes_before_a_fault_of_the_suites_own() -> None:
    found = read(scenario(VERIFY, {"a": case(VERIFY)}, {"a": interaction(VERIFIED, 500)}, a=failed("ServerError")))
    found.own_fault = "Schemathesis ended with 1."
    with pytest.raises(NotMet, match="fault of the server's own"):
        judged(found)


@pytest.mark.parametrize("clause", fuzzing.FUZZED, ids=lambda clause: clause.slug)
def test_an_operation_alone_has_walks_only_along_a_link_to_itself(clause: Clause) -> None:
    name = clause.slug.removeprefix("contract/")
    program = command(replace(plan(), operation_ids=(name,)), Path("settings"))
    walks = "--phases=examples,coverage,fuzzing" not in program
    assert walks == ((name, name) in links())
    assert f"--include-operation-id={name}" in program


def test_with_a_link_among_them_operations_have_walks() -> None:
    pairs = {pair for pair in links() if len(set(pair)) == 2}
    assert ("issue_certificate", "revoke_certificate") in pairs
    for chosen in ((), *pairs):
        program = command(replace(plan(), operation_ids=chosen), Path("settings"))
        assert not [each for each in program if each.startswith("--phases")]


def test_an_operation_without_links_is_judged_alone_and_what_is_said_of_it_holds_no_secret(tmp_path: Path) -> None:
    """Schemathesis really runs, against a server that repeats every secret it is told."""

    def answer(asked: Asked) -> Told:
        secret = f"{asked.headers.get('authorization', KEY)} whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        return Told(500, json.dumps({"error": {"message": secret, "code": "internal_error"}}).encode())

    with faking(answer) as server:
        options = Options(
            server.url, key=KEY, write=True, only=("contract/claim_certificate",), out=tmp_path, examples=1
        )
        assert judge(options, fuzzing.FUZZED, Terminal(Console(file=io.StringIO()))) == NOT_CONFORMANT
    assert {file.name for file in tmp_path.iterdir()} == {"junit.xml", "results.json", "report.html", fuzzing.SAID}
    assert "whsec_…" in (tmp_path / fuzzing.SAID).read_text()
    for file in tmp_path.iterdir():
        told = file.read_text()
        assert KEY not in told, file.name
        assert "MfKQ9r8G" not in told, file.name
