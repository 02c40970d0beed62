"""What belongs to one organization does not exist for another, to the byte."""

from uuid import uuid4

import httpx
import pytest

from tests.academies import HOLDER, Academy

OWN_PER_REQUEST = {"x-request-id", "date"}


def told(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """An answer without what differs between any two."""
    headers = {name: value for name, value in answer.headers.items() if name not in OWN_PER_REQUEST}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("HEAD", ""), ("POST", "/revoke")])
def test_anothers_certificate(academy: Academy, rival: Academy, method: str, path: str) -> None:
    code = academy.issue()["code"]
    foreign = rival.call(method, f"/api/v1/certificates/{code}{path}")
    missing = rival.call(method, f"/api/v1/certificates/TRC-EXA-26-AAAAAA{path}")
    assert foreign.status_code == 404
    assert told(foreign) == told(missing)
    assert academy.read(code)["status"] == "never_expires"


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_anothers_course(academy: Academy, rival: Academy, method: str) -> None:
    course = academy.course()
    foreign = rival.call(method, f"/api/v1/courses/{course['id']}", json={"name": "Taken over"})
    missing = rival.call(method, f"/api/v1/courses/{uuid4()}", json={"name": "Taken over"})
    assert foreign.status_code == 404
    assert told(foreign) == told(missing)
    assert academy.get(f"/api/v1/courses/{course['id']}").json()["data"] == course


def test_issuing_for_anothers_course(academy: Academy, rival: Academy) -> None:
    wanted = {"course_id": academy.course()["id"], **HOLDER}
    foreign = rival.post("/api/v1/certificates", json=wanted)
    missing = rival.post("/api/v1/certificates", json={**wanted, "course_id": str(uuid4())})
    assert foreign.status_code == 404
    assert told(foreign) == told(missing)
    assert rival.count() == academy.count() == 0


def test_lists_hold_only_ones_own(academy: Academy, rival: Academy) -> None:
    academy.issue()
    assert rival.get("/api/v1/certificates").json()["data"] == []
    assert rival.get("/api/v1/courses").json()["data"] == []
