"""Repeating a request over HTTP: carried out once, answered alike for a day."""

import base64
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from models import IdempotencyRecord
from tests.academies import HOLDER, Academy
from tests.agreement import error_of, fields_of
from tests.barrage import at_once, request
from tests.databases import Database
from tests.endpoints import LONG_AGO, NOBODYS, deliveries, register
from tests.endpoints import PATH as ENDPOINTS
from tests.installation import UNLIMITED, Installation

CERTIFICATES, COURSES = "/api/v1/certificates", "/api/v1/courses"
REPLAYED = "idempotent-replayed"


def once(academy: Academy, key: str, path: str = COURSES, **options: Any) -> httpx.Response:
    options.setdefault("json", {"name": "Web", "validity_period_months": 12})
    return academy.call("POST", path, headers={"Idempotency-Key": key}, **options)


def aged(academy: Academy, hours: float) -> None:
    """Let the academy's kept answers have been given that long ago."""

    async def move() -> None:
        for record in await IdempotencyRecord.filter(organization_id=academy.id):
            record.created_at -= timedelta(hours=hours)
            await record.save()

    academy.database.run(move)


def test_a_repetition_is_answered_as_the_first_and_changes_nothing(academy: Academy) -> None:
    course = academy.course()["id"]
    wanted = {"course_id": course, **HOLDER}
    first, second = (once(academy, "one", CERTIFICATES, json=wanted) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert REPLAYED not in first.headers
    assert second.headers[REPLAYED] == "true"
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["x-request-id"] != first.headers["x-request-id"]
    assert academy.count() == 1


def test_a_repetition_shows_the_answer_of_then(academy: Academy) -> None:
    made = once(academy, "one")
    academy.patch(f"{COURSES}/{made.json()['data']['id']}", json={"name": "Another"})
    assert once(academy, "one").content == made.content


def test_revoking_is_repeated_too(academy: Academy) -> None:
    path = f"{CERTIFICATES}/{academy.issue()['code']}/revoke"
    first, second = (once(academy, "one", path, json={"reason": "Error"}) for _ in range(2))
    assert (first.status_code, first.content) == (200, second.content)
    assert second.headers[REPLAYED] == "true"
    assert "location" not in second.headers


def test_a_code_in_other_case_is_the_same_request(academy: Academy) -> None:
    code = academy.issue()["code"]
    paths = [f"{CERTIFICATES}/{typed}/revoke" for typed in (code, code.lower(), f"%20{code}")]
    first, *others = [once(academy, "one", path, json={"reason": "Error"}) for path in paths]
    assert {other.content for other in others} == {first.content}
    assert {other.headers[REPLAYED] for other in others} == {"true"}


@pytest.mark.parametrize(
    "spelling",
    [
        b'{"validity_period_months":12.0,"name":"Web"}',
        b'{ "name" : "\\u0057eb" , "validity_period_months" : 1.2e1 }',
    ],
)
def test_the_same_value_spelled_otherwise_is_the_same_request(academy: Academy, spelling: bytes) -> None:
    first = once(academy, "one")
    second = once(academy, "one", content=spelling, json=None)
    assert second.headers[REPLAYED] == "true"
    assert second.content == first.content


def test_another_value_operation_or_path_is_422(academy: Academy) -> None:
    code, other = academy.issue()["code"], academy.issue()["code"]
    assert once(academy, "one").status_code == 201
    assert once(academy, "two", f"{CERTIFICATES}/{code}/revoke", json={}).status_code == 200
    refused = [
        once(academy, "one", json={"name": "Web", "validity_period_months": 13}),
        once(academy, "one", json={"name": "Web", "validity_period_months": 12, "description": None}),
        once(academy, "one", CERTIFICATES, json={"course_id": str(uuid4()), **HOLDER}),
        once(academy, "two", f"{CERTIFICATES}/{other}/revoke", json={}),
        once(academy, "two", f"{CERTIFICATES}/{code}/revoke", json=None),
    ]
    for answer in refused:
        error_of(answer, 422, "unprocessable_entity")
        assert fields_of(answer) == ["Idempotency-Key"]
    assert academy.read(other)["status"] == "never_expires"


def test_errors_are_not_kept(academy: Academy) -> None:
    assert once(academy, "one", json={"name": ""}).status_code == 422
    assert once(academy, "one", CERTIFICATES, json={"course_id": str(uuid4()), **HOLDER}).status_code == 404
    made = once(academy, "one")
    assert made.status_code == 201
    assert REPLAYED not in made.headers


def test_a_key_belongs_to_its_organization(academy: Academy, rival: Academy) -> None:
    one, other = once(academy, "one"), once(rival, "one")
    assert (one.status_code, other.status_code) == (201, 201)
    assert one.json()["data"]["id"] != other.json()["data"]["id"]


def test_a_key_is_free_again_after_24_hours(academy: Academy) -> None:
    first = once(academy, "one")
    aged(academy, 23.99)
    assert once(academy, "one").content == first.content
    aged(academy, 0.02)
    second = once(academy, "one", json={"name": "Another"})
    assert second.status_code == 201
    assert REPLAYED not in second.headers
    assert once(academy, "one", json={"name": "Another"}).content == second.content


def test_every_ascii_character_may_stand_in_a_key_of_255(academy: Academy) -> None:
    key = ("".join(chr(c) for c in range(33, 127)) + " " + "x" * 255)[:255]
    assert once(academy, key).content == once(academy, key).content


def test_what_reads_ignores_a_key(academy: Academy) -> None:
    assert once(academy, "one").status_code == 201
    assert academy.get(COURSES, headers={"Idempotency-Key": "one"}).status_code == 200


def test_without_a_key_each_request_is_carried_out(academy: Academy) -> None:
    course = academy.course()["id"]
    assert academy.issue(course)["code"] != academy.issue(course)["code"]


def test_fifty_at_once_over_two_processes_issue_one(
    academy: Academy, installation: Installation, twin: Installation
) -> None:
    wanted = {"course_id": academy.course()["id"], **HOLDER}
    asked = request(CERTIFICATES, academy.key, wanted, Idempotency_Key=str(uuid4()))
    answers = at_once([installation, twin], [asked] * 50)
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert len([answer for answer in answers if REPLAYED not in answer.headers]) == 1
    assert academy.count() == 1


def test_fifty_different_keys_at_once_issue_fifty(
    academy: Academy, installation: Installation, twin: Installation
) -> None:
    wanted = {"course_id": academy.course()["id"], **HOLDER}
    asked = [request(CERTIFICATES, academy.key, wanted, Idempotency_Key=f"key-{n}") for n in range(50)]
    assert {answer.status for answer in at_once([installation, twin], asked)} == {201}
    assert academy.count() == 50


def test_a_secret_is_shown_again_and_lies_sealed_meanwhile(academy: Academy) -> None:
    created = [once(academy, "one", ENDPOINTS, json={"url": NOBODYS}) for _ in range(2)]
    assert [answer.status_code for answer in created] == [201, 201]
    made = created[0].json()["data"]
    rotate = f"{ENDPOINTS}/{made['id']}/rotate-secret"
    rotated = [once(academy, "two", rotate, json={"overlap_seconds": 60}) for _ in range(2)]
    for first, second in (created, rotated):
        assert second.content == first.content
        assert second.headers.get("location") == first.headers.get("location")
        assert (REPLAYED in first.headers, second.headers[REPLAYED]) == (False, "true")
    assert len(academy.get(ENDPOINTS).json()["data"]) == 1
    secrets = [answer.json()["data"]["secret"] for answer in (created[0], rotated[0])]
    assert secrets[0] != secrets[1]
    rows = academy.database.rows("SELECT * FROM idempotency_record WHERE organization_id = $1", str(academy.id))
    assert len(rows) == 2
    for stored in (
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in _all(rows)
    ):
        for secret in secrets:
            key = secret.removeprefix("whsec_")
            assert key.encode() not in stored
            assert base64.b64decode(key) not in stored
            assert base64.b64encode(key.encode())[:-4] not in stored


def _all(rows: list[dict[str, Any]]) -> list[Any]:
    return [value for row in rows for value in row.values()]


def test_every_way_to_change_an_endpoint_is_repeated(academy: Academy) -> None:
    webhook = register(academy)["id"]
    academy.issue(notify=False)
    (delivery,) = deliveries(academy, webhook)
    asked: list[tuple[str, dict[str, object] | None]] = [
        ("test", None),
        (f"{webhook}/deliveries/{delivery['id']}/redeliver", None),
        (f"{webhook}/redeliver", {"since": LONG_AGO}),
        (f"{webhook}/disable", None),
        (f"{webhook}/enable", None),
    ]
    for path, body in asked:
        first, second = (once(academy, path, f"{ENDPOINTS}/{path}", json=body) for _ in range(2))
        assert first.status_code in {200, 202}
        assert (second.status_code, second.content) == (first.status_code, first.content)
        assert second.headers[REPLAYED] == "true"
        other = once(academy, path, f"{ENDPOINTS}/{webhook}/rotate-secret", json=None)
        error_of(other, 422, "unprocessable_entity")
    assert len(academy.get("/api/v1/events", params={"event": "webhook.test"}).json()["data"]) == 1


def test_fifty_at_once_make_one_endpoint_with_one_secret(
    academy: Academy, installation: Installation, twin: Installation
) -> None:
    asked = request(ENDPOINTS, academy.key, {"url": NOBODYS}, Idempotency_Key=str(uuid4()))
    answers = at_once([installation, twin], [asked] * 50)
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert len(academy.get(ENDPOINTS).json()["data"]) == 1


def test_a_link_in_a_replayed_answer_is_the_one_of_then(
    academy: Academy, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = once(academy, "one")
    settings = {**UNLIMITED, "TRUECERTA_PUBLIC_URL": "https://example.com/certificates"}
    moved = Installation(tmp_path_factory.mktemp("moved"), database.url, settings)
    moved.start()
    try:
        with moved.client(academy.key) as web:
            assert (
                web.post(
                    COURSES, headers={"Idempotency-Key": "one"}, json={"name": "Web", "validity_period_months": 12}
                ).content
                == first.content
            )
            made = web.post(COURSES, json={"name": "Web"})
            assert made.headers["location"].startswith("https://example.com/certificates/api/v1/courses/")
    finally:
        moved.stop()
