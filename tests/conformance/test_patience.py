"""A server that answers 429 is waited for as long as makes sense, and no longer."""

import httpx
import pytest

from conformance.findings import Blocked
from conformance.patience import MOST_IN_VAIN, MOST_SECONDS_OF_ALL, Patience
from tests.conformance.made_up import asking_with, limited

SPENT = "the server's limit leaves no more requests: GET /x is answered 429"


@pytest.mark.parametrize(
    ("told", "waited"),
    [("0", [1, 1, 1]), ("1", [1, 1, 1]), ("40", [40, 40, 40]), ("65", [65, 65]), ("66", []), ("soon", []), ("", [])],
)
def test_a_limit_without_end_blocks_the_clause(told: str, waited: list[float]) -> None:
    slept: list[float] = []
    caller = asking_with(limited(told), Patience(slept.append))
    with pytest.raises(Blocked, match=SPENT):
        caller.get("/x")
    assert slept == waited


def test_a_limit_that_ends_is_waited_out() -> None:
    slept: list[float] = []
    answers = [httpx.Response(429, headers={"Retry-After": "12"}), httpx.Response(200)]
    caller = asking_with(lambda _request: answers.pop(0), Patience(slept.append))
    assert caller.get("/x").status == 200
    assert slept == [12]


def test_after_some_waits_in_vain_there_are_no_more() -> None:
    slept: list[float] = []
    caller = asking_with(limited("1"), Patience(slept.append))
    for _ in range(100):
        with pytest.raises(Blocked):
            caller.get("/x")
    assert slept == [1, 1, 1] * MOST_IN_VAIN


def test_a_run_does_not_wait_for_ever_whatever_comes_in_between() -> None:
    slept: list[float] = []
    turns = [0]

    def every_other(_request: httpx.Request) -> httpx.Response:
        turns[0] += 1
        return httpx.Response(429 if turns[0] % 2 else 200, headers={"Retry-After": "60"})

    caller = asking_with(every_other, Patience(slept.append))
    for _ in range((MOST_SECONDS_OF_ALL - 1) // 60):
        assert caller.get("/x").status == 200
    assert sum(slept) == MOST_SECONDS_OF_ALL - 60
    caller.get("/x")
    with pytest.raises(Blocked):
        caller.get("/x")
    assert sum(slept) == MOST_SECONDS_OF_ALL


@pytest.mark.parametrize("path", ["/api/v1/webhooks/test", "/api/v1/certificates/TRC-EXA-26-ABCDEF/resend-claim"])
def test_what_is_limited_tightly_answers_at_once(path: str) -> None:
    slept: list[float] = []
    assert asking_with(limited("3"), Patience(slept.append)).post(path).status == 429
    assert slept == []


def test_who_is_not_patient_has_the_answer() -> None:
    slept: list[float] = []
    assert asking_with(limited("3"), Patience(slept.append)).get("/x", patient=False).status == 429
    assert slept == []
