"""Certificates over HTTP: what issuing, reading, listing and revoking answer."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from tests.academies import HOLDER, Academy
from tests.agreement import error_of, fields_of
from tests.endpoints import feed

PATH = "/api/v1/certificates"
CODE = re.compile("TRC-[A-Z]{3}-[0-9]{2}-[2-9A-HJKMNP-TV-Z]{6}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def test_issuing_answers_201_with_the_certificate_and_where_it_is(academy: Academy) -> None:
    course = academy.course(validity_period_months=12)
    made = academy.post(PATH, json={"course_id": course["id"], **HOLDER})
    assert made.status_code == 201
    facts = made.json()["data"]
    assert made.headers["location"].endswith(f"{PATH}/{facts['code']}")
    assert CODE.fullmatch(facts["code"])
    assert facts["code"].startswith("TRC-EXA-")
    assert facts["code"][8:10] == facts["issued_at"][2:4]
    assert INSTANT.fullmatch(facts["issued_at"])
    assert (facts["holder_name"], facts["holder_email"]) == ("Jane Doe", "jane@example.com")
    assert (facts["course_id"], facts["course_name"]) == (course["id"], "Web Development")
    assert (facts["status"], facts["is_claimed"], facts["claimed_at"]) == ("valid", False, None)
    assert facts["links"]["verify_page"].endswith(f"/v/{facts['code']}")
    assert facts["links"]["open_badge"].endswith(f"/api/obi/assertion/{facts['code']}")
    assert academy.get(made.headers["location"]).json() == made.json()


def test_an_answer_with_a_key_is_kept_by_no_cache(academy: Academy, anyone: httpx.Client) -> None:
    code = academy.issue()["code"]
    assert academy.get(f"{PATH}/{code}").headers["cache-control"] == "no-store"
    assert academy.get(f"{PATH}/TRC-EXA-26-AAAAAA").headers["cache-control"] == "no-store"
    assert anyone.get(f"/api/v1/verify/{code}").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2024-06-30T12:00:00+02:00", "2024-06-30T10:00:00Z"),
        ("1970-01-01t00:00:00z", "1970-01-01T00:00:00Z"),
        ("1969-12-31T23:00:00-01:00", "1970-01-01T00:00:00Z"),
        ("2024-02-29T23:59:59.123456789Z", "2024-02-29T23:59:59.123456Z"),
    ],
)
def test_an_earlier_date_of_issue_is_taken_with_any_offset(academy: Academy, given: str, shown: str) -> None:
    facts = academy.issue(issued_at=given)
    assert facts["issued_at"] == shown
    assert facts["code"][8:10] == shown[2:4]


def test_a_clock_a_minute_ahead_is_forgiven(academy: Academy) -> None:
    ahead = (datetime.now(UTC) + timedelta(seconds=55)).isoformat()
    assert academy.issue(issued_at=ahead)["status"] == "never_expires"


def test_expiry_follows_the_calendar_and_is_frozen_at_issue(academy: Academy) -> None:
    course = academy.course(validity_period_months=1)
    facts = academy.issue(course["id"], issued_at="2024-01-31T10:00:00Z")
    assert facts["expires_at"] == "2024-02-29T10:00:00Z"
    academy.patch(f"/api/v1/courses/{course['id']}", json={"validity_period_months": None})
    assert academy.read(facts["code"])["expires_at"] == "2024-02-29T10:00:00Z"
    assert academy.issue(course["id"])["expires_at"] is None


def test_text_is_kept_in_nfc_and_otherwise_as_it_came(academy: Academy) -> None:
    name = "  Rene\u0301e \u200d O’Neill "
    assert academy.issue(holder_name=name)["holder_name"] == "  Ren\xe9e \u200d O’Neill "
    assert academy.issue(holder_email="Jane.Doe@Example.COM")["holder_email"] == "Jane.Doe@Example.COM"


def test_issuing_for_a_course_that_does_not_exist_is_404(academy: Academy) -> None:
    wanted = {"course_id": "6f1d2a64-3c1e-4f0b-9a44-0d8a4a8b7c11", **HOLDER}
    error_of(academy.post(PATH, json=wanted), 404, "not_found")


@pytest.mark.parametrize("missing", ["course_id", "holder_name", "holder_email"])
def test_a_missing_member_is_named(academy: Academy, missing: str) -> None:
    wanted = {"course_id": "6f1d2a64-3c1e-4f0b-9a44-0d8a4a8b7c11", **HOLDER}
    del wanted[missing]
    answer = academy.post(PATH, json=wanted)
    error_of(answer, 422, "unprocessable_entity")
    assert fields_of(answer) == [missing]


@pytest.mark.parametrize("around", ["{}", "%20{}%20%20"])
@pytest.mark.parametrize("case", [str.upper, str.lower, str.title])
def test_a_code_is_found_in_either_case_and_with_blanks_around_it(academy: Academy, around: str, case: object) -> None:
    code = academy.issue()["code"]
    typed = around.format(case(code))  # type: ignore[operator]
    assert academy.get(f"{PATH}/{typed}").json()["data"]["code"] == code
    assert academy.web.get(f"/api/v1/verify/{typed}").json()["certificate"]["code"] == code


def test_revoking_tells_when_and_why_everywhere(academy: Academy, anyone: httpx.Client) -> None:
    code = academy.issue()["code"]
    facts = academy.revoke(code, reason="Issued in error.\n\tTwice.").json()["data"]
    assert facts["status"] == "revoked"
    assert INSTANT.fullmatch(facts["revoked_at"])
    assert facts["revocation_reason"] == "Issued in error.\n\tTwice."
    public = anyone.get(f"/api/v1/verify/{code}").json()
    assert (public["valid"], public["status"]) == (False, "revoked")
    assert public["certificate"]["revoked_at"] == facts["revoked_at"]
    assert public["certificate"]["revocation_reason"] == facts["revocation_reason"]


def test_revoking_twice_changes_nothing(academy: Academy) -> None:
    code = academy.issue()["code"]
    first = academy.revoke(code, reason="First")
    assert academy.revoke(code, reason="Second").json() == first.json()
    assert academy.post(f"{PATH}/{code}/revoke").json() == first.json()


@pytest.mark.parametrize("body", [{}, {"content": b""}, {"json": {}}, {"json": {"reason": None}}])
def test_a_reason_may_be_left_out(academy: Academy, body: dict[str, object]) -> None:
    code = academy.issue()["code"]
    answer = academy.post(f"{PATH}/{code}/revoke", **body)
    assert answer.status_code == 200
    assert answer.json()["data"]["revocation_reason"] is None


@pytest.mark.parametrize("code", ["TRC-EXA-26-AAAAAA", "nothing", "TRC-EXA-26-O0O0O0", "TRC-EXA-26-AAAAAAAAAAA", "%00"])
@pytest.mark.parametrize(("method", "path"), [("GET", "{}"), ("POST", "{}/revoke")])
def test_a_code_that_does_not_or_cannot_exist_is_404(academy: Academy, method: str, path: str, code: str) -> None:
    error_of(academy.call(method, f"{PATH}/{path.format(code)}"), 404, "not_found")


def test_a_list_shows_the_newest_first_as_each_is_read(academy: Academy) -> None:
    course = academy.course()
    codes = [academy.issue(course["id"])["code"] for _ in range(3)]
    page = academy.get(PATH).json()
    assert [item["code"] for item in page["data"]] == codes[::-1]
    assert page["data"] == [academy.read(code) for code in codes[::-1]]
    assert page["pagination"] == {"cursor": page["data"][-1]["created_at"], "has_more": False}


def test_an_empty_list_has_no_cursor(academy: Academy) -> None:
    assert academy.get(PATH).json() == {"data": [], "pagination": {"cursor": None, "has_more": False}}


def test_a_list_holds_only_the_course_asked_for(academy: Academy, rival: Academy) -> None:
    one, other = academy.course(), academy.course()
    code = academy.issue(one["id"])["code"]
    academy.issue(other["id"])
    found = academy.get(PATH, params={"course_id": one["id"].upper()}).json()["data"]
    assert [item["code"] for item in found] == [code]
    assert rival.get(PATH, params={"course_id": one["id"]}).json()["data"] == []


def test_issuing_puts_the_event_and_the_mail_into_the_outbox_with_the_certificate(academy: Academy) -> None:
    facts = academy.issue()
    (event,) = feed(academy)
    assert (event["event"], event["data"]["certificate"]["id"]) == ("certificate.issued", facts["id"])
    (mail,) = academy.database.rows("SELECT kind, recipient FROM mail WHERE certificate_id = $1", facts["id"])
    assert (mail["kind"], mail["recipient"]) == ("claim", "jane@example.com")


def test_a_refusal_leaves_nothing_in_the_outbox(academy: Academy) -> None:
    course = academy.course()["id"]
    for wrong in ({"holder_name": " "}, {"holder_email": "jane"}, {"notify": "yes"}, {"course_id": str(uuid4())}):
        assert academy.post(PATH, json={"course_id": course, **HOLDER, **wrong}).status_code in {404, 422}
    assert feed(academy) == []
    assert academy.database.rows("SELECT id FROM mail WHERE organization_id = $1", str(academy.id)) == []


@pytest.mark.parametrize("notify", [True, False])
def test_whether_the_holder_is_mailed_is_for_the_issuer_to_say(academy: Academy, *, notify: bool) -> None:
    facts = academy.issue(notify=notify)
    assert "notify" not in facts
    mails = academy.database.rows("SELECT id FROM mail WHERE certificate_id = $1", facts["id"])
    assert len(mails) == notify


@pytest.mark.parametrize("notify", [None, 1, 0, "false", []])
def test_notify_is_true_or_false(academy: Academy, notify: object) -> None:
    answer = academy.post(PATH, json={"course_id": academy.course()["id"], **HOLDER, "notify": notify})
    error_of(answer, 422, "unprocessable_entity")
    assert fields_of(answer) == ["notify"]
    assert academy.count() == 0
