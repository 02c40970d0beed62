"""What belongs to one organization does not exist for another, to the byte."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.academies import HOLDER, Academy
from tests.endpoints import LONG_AGO, NOBODYS, deliveries, endpoint, register

OWN_PER_REQUEST = {"x-request-id", "date"}


def told(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """An answer without what differs between any two."""
    headers = {name: value for name, value in answer.headers.items() if name not in OWN_PER_REQUEST}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("HEAD", ""), ("POST", "/revoke"), ("PATCH", ""), ("POST", "/renew"), ("POST", "/resend-claim")],
)
def test_anothers_certificate(academy: Academy, rival: Academy, method: str, path: str) -> None:
    code = academy.issue()["code"]
    sent: dict[str, Any] = {"json": {"holder_name": "Taken over"}} if method == "PATCH" else {}
    foreign = rival.call(method, f"/api/v1/certificates/{code}{path}", **sent)
    missing = rival.call(method, f"/api/v1/certificates/TRC-EXA-26-AAAAAA{path}", **sent)
    assert foreign.status_code == 404
    assert told(foreign) == told(missing)
    assert academy.read(code)["status"] == "never_expires"
    assert academy.read(code)["holder_name"] == "Jane Doe"


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


OF_AN_ENDPOINT: list[tuple[str, str, dict[str, object] | None]] = [
    ("GET", "", None),
    ("HEAD", "", None),
    ("PATCH", "", {"url": NOBODYS, "description": "Taken over"}),
    ("DELETE", "", None),
    ("POST", "/enable", None),
    ("POST", "/disable", None),
    ("POST", "/rotate-secret", {"overlap_seconds": 0}),
    ("GET", "/deliveries", None),
    ("GET", "/deliveries/{delivery}", None),
    ("POST", "/deliveries/{delivery}/redeliver", None),
    ("POST", "/redeliver", {"since": LONG_AGO, "only": "all"}),
]


@pytest.mark.parametrize(("method", "path", "body"), OF_AN_ENDPOINT)
def test_anothers_endpoint(
    academy: Academy, rival: Academy, method: str, path: str, body: dict[str, object] | None
) -> None:
    made = register(academy)
    academy.issue(notify=False)
    (delivery,) = deliveries(academy, made["id"])
    own = register(rival)["id"]
    path = path.format(delivery=delivery["id"])
    sent: dict[str, Any] = {} if body is None else {"json": body}
    foreign = rival.call(method, f"/api/v1/webhooks/{made['id']}{path}", **sent)
    missing = rival.call(method, f"/api/v1/webhooks/{uuid4()}{path}", **sent)
    assert foreign.status_code == 404
    assert told(foreign) == told(missing)
    del made["secret"]
    assert endpoint(academy, made["id"]) | {"failing_since": None} == made
    assert len(deliveries(academy, made["id"])) == 1
    if delivery["id"] in path:
        through_own = rival.call(method, f"/api/v1/webhooks/{own}{path}", **sent)
        not_there = rival.call(method, f"/api/v1/webhooks/{own}{path.replace(delivery['id'], str(uuid4()))}", **sent)
        assert told(through_own) == told(not_there)
        assert through_own.status_code == 404


def test_what_happens_to_one_reaches_no_other(academy: Academy, rival: Academy) -> None:
    webhook = register(rival)["id"]
    academy.issue()
    assert academy.post("/api/v1/webhooks/test").json()["data"]["endpoints"] == 0
    assert rival.post(f"/api/v1/webhooks/{webhook}/redeliver", json={"since": LONG_AGO}).json()["data"]["queued"] == 0
    assert deliveries(rival, webhook) == []
    assert rival.get("/api/v1/events").json()["data"] == []
    assert academy.get("/api/v1/webhooks").json()["data"] == []
