"""What comes of clauses is told apart, and so is what comes of a run."""

import httpx
import pytest

from conformance.clause import Check, Severity
from conformance.findings import Blocked, NotMet, NotPossible
from conformance.options import Options
from conformance.running import Result, Status, chosen, exit_status, run, tried
from conformance.trial import Trial
from tests.conformance.made_up import URL, clause, met, result, trial_of


def valid(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"status": "valid"})


def ends_with(ending: Exception) -> Check:
    def check(_trial: Trial) -> None:
        raise ending

    return check


def asks(trial: Trial) -> None:
    trial.public.get("/api/v1/verify/x").expect(200)


def asks_too_much(trial: Trial) -> None:
    trial.public.get("/first").expect_member("status", "expired")


def asks_about_the_first(trial: Trial) -> None:
    first = trial.public.get("/first")
    trial.public.get("/second")
    raise first.not_met("it is not what it was")


def writes(trial: Trial) -> None:
    trial.public.post("/api/v1/courses", json={})


@pytest.mark.parametrize(
    ("check", "severity", "status", "why"),
    [
        (met, Severity.MUST, Status.PASS, ""),
        (asks, Severity.SHOULD, Status.PASS, ""),
        (asks_too_much, Severity.MUST, Status.FAIL, 'GET /first: `status` is "valid", not "expired"'),
        (asks_too_much, Severity.SHOULD, Status.WARNING, 'GET /first: `status` is "valid", not "expired"'),
        (ends_with(NotMet("It does not.")), Severity.MUST, Status.FAIL, "It does not."),
        (ends_with(NotPossible("it needs more")), Severity.MUST, Status.SKIP, "it needs more"),
        (ends_with(Blocked("it needs a course")), Severity.MUST, Status.SKIP, "it needs a course"),
    ],
)
def test_a_clause_ends_in_one_of_the_statuses(check: Check, severity: Severity, status: Status, why: str) -> None:
    ended = tried(clause("states/expired", check, severity), *trial_of(valid))
    assert (ended.status, ended.why) == (status, why)
    assert ended.blocked is (why == "it needs a course")


def test_a_fault_of_the_suite_is_an_error_and_shows_where_it_is() -> None:
    ended = tried(clause("states/expired", ends_with(KeyError("code"))), *trial_of(valid))
    assert ended.status is Status.ERROR
    assert "test_running.py" in ended.why
    assert ended.why.endswith("KeyError: 'code'\n")


def test_a_server_without_an_answer_does_not_meet_the_clause() -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("", request=request)

    ended = tried(clause("states/expired", asks), *trial_of(silent))
    assert ended.status is Status.FAIL
    assert ended.why == "GET /api/v1/verify/x: the server took too long"
    assert ended.shown is not None
    assert ended.shown.status is None


def test_what_shows_a_failure_is_the_answer_it_is_about() -> None:
    ended = tried(clause("states/expired", asks_about_the_first), *trial_of(valid))
    assert [exchange.url for exchange in ended.exchanges] == [f"{URL}/first", f"{URL}/second"]
    assert ended.shown is ended.exchanges[0]


def test_nothing_is_written_that_the_call_does_not_allow() -> None:
    trial, recorder = trial_of(valid)
    trial.public._may_write = False
    ended = tried(clause("courses/create", writes), trial, recorder)
    assert (ended.status, ended.exchanges) == (Status.SKIP, ())
    assert "--write" in ended.why


CLAUSES = [clause(slug) for slug in ("states/expired", "states/valid", "cors/verify")]


@pytest.mark.parametrize(
    ("only", "without", "wanted"),
    [
        ((), (), ["states/expired", "states/valid", "cors/verify"]),
        (("states",), (), ["states/expired", "states/valid"]),
        (("states/valid", "cors"), (), ["states/valid", "cors/verify"]),
        ((), ("states",), ["cors/verify"]),
        (("states",), ("states/valid",), ["states/expired"]),
    ],
)
def test_users_choose_areas_and_clauses(only: tuple[str, ...], without: tuple[str, ...], wanted: list[str]) -> None:
    choice = chosen(CLAUSES, Options(URL, only=only, without=without))
    assert [each.slug for each, is_wanted in choice if is_wanted] == wanted
    statuses = [each.status for each in run(choice, *trial_of(valid), lambda _clause: None)]
    assert statuses == [Status.PASS if each.slug in wanted else Status.DISABLED for each in CLAUSES]


def test_a_server_that_dies_in_the_middle_is_not_asked_to_the_end() -> None:
    questions = 0

    def dies(request: httpx.Request) -> httpx.Response:
        nonlocal questions
        questions += 1
        if questions > 1:
            raise httpx.ConnectError("refused", request=request)
        return valid(request)

    slugs = ["states/a", "states/b", "states/c", "cors/d"]
    results = list(run([(clause(slug, asks), True) for slug in slugs], *trial_of(dies), lambda _clause: None))
    assert [each.status for each in results] == [Status.PASS, Status.FAIL, Status.SKIP, Status.SKIP]
    assert {each.why for each in results[2:]} == {"the server has gone away"}
    assert questions == 3, "one for each clause that was tried, and one to see that nobody is there"
    assert exit_status(results, strict=False) == 1


def test_a_server_that_is_silent_once_is_asked_to_the_end() -> None:
    questions = 0

    def stumbles(request: httpx.Request) -> httpx.Response:
        nonlocal questions
        questions += 1
        if questions == 1:
            raise httpx.ReadError("", request=request)
        return valid(request)

    choice = [(clause(slug, asks), True) for slug in ("states/a", "states/b")]
    results = list(run(choice, *trial_of(stumbles), lambda _clause: None))
    assert [each.status for each in results] == [Status.FAIL, Status.PASS]


BLOCKED = result("states/blocked", Status.SKIP, "it needs a course", blocked=True)


@pytest.mark.parametrize(
    ("statuses", "expected", "strictly"),
    [
        ([Status.PASS], 0, 0),
        ([Status.PASS, Status.DISABLED], 0, 0),
        ([Status.PASS, Status.WARNING], 0, 1),
        ([Status.WARNING], 0, 1),
        ([Status.PASS, Status.SKIP], 0, 2),
        ([Status.PASS, Status.FAIL], 1, 1),
        ([Status.PASS, Status.FAIL, Status.ERROR], 1, 1),
        ([Status.PASS, Status.ERROR], 2, 2),
        ([Status.WARNING, Status.ERROR], 2, 1),
        ([Status.DISABLED], 2, 2),
        ([Status.SKIP], 2, 2),
        ([], 2, 2),
    ],
)
def test_the_exit_status_tells_conformant_from_not_and_from_unknown(
    statuses: list[Status], expected: int, strictly: int
) -> None:
    results = [result(f"states/{number}", status) for number, status in enumerate(statuses)]
    assert exit_status(results, strict=False) == expected
    assert exit_status(results, strict=True) == strictly


def test_what_the_server_blocked_leaves_the_question_open() -> None:
    results: list[Result] = [result("states/a", Status.PASS), BLOCKED]
    assert exit_status(results, strict=False) == 2
    assert exit_status([*results, result("states/b", Status.FAIL)], strict=False) == 1


@pytest.mark.parametrize("body", [b"[" * 100_000 + b"]" * 100_000, b'{"status": NaN}', b"[Infinity, -Infinity]", b"{"])
def test_what_only_looks_like_json_does_not_meet_the_clause(body: bytes) -> None:
    ended = tried(
        clause("states/expired", asks_too_much), *trial_of(lambda _request: httpx.Response(200, content=body))
    )
    assert ended.status is Status.FAIL
    assert ended.why.startswith("GET /first: its body is no JSON")


def test_a_limit_that_cannot_be_waited_for_blocks_the_clause() -> None:
    limited = httpx.Response(429, headers={"Retry-After": "3600"})
    ended = tried(clause("states/expired", asks), *trial_of(lambda _request: limited))
    assert (ended.status, ended.blocked) == (Status.SKIP, True)
    assert "Retry-After: 3600" in ended.why
