"""Certificates in the dashboard: found, filtered by what stands in the address, issued by a form that loses nothing."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from markupsafe import escape

from tests.academies import Academy
from tests.installation import Installation
from tests.pages.dashboard.whole import HOSTILE, shown
from tests.people import Browser, signed_in

HOLDER: dict[str, Any] = {"holder_name": "Jane Doe", "holder_email": "jane@example.com"}


def listed(page: httpx.Response, *certificates: dict[str, Any]) -> list[bool]:
    """Which of these a list shows."""
    shown(page)
    return [f'/dashboard/certificates/{one["code"]}"' in page.text for one in certificates]


def newest(academy: Academy) -> dict[str, Any]:
    found: dict[str, Any] = academy.get("/api/v1/certificates").json()["data"][0]
    return found


def test_all_that_is_wrong_is_told_at_once(editor: Browser, academy: Academy) -> None:
    course_id = academy.course()["id"]
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    typed = {"course_id": course_id, "holder_name": " ", "holder_email": "jane", "issued_at": tomorrow}
    page = editor.post("/certificates/new", **typed)
    shown(page, 422)
    assert set(re.findall('id="error-([a-z_]+)"', page.text)) == {"holder_name", "holder_email", "issued_at"}
    assert "Must not lie in the future." in page.text
    nothing = editor.post("/certificates/new", course_id="")
    for said in ("Choose a course.", "Enter the holder’s name.", "Enter the holder’s email address."):
        assert said in nothing.text


def test_courses_of_one_name_can_be_told_apart(editor: Browser, academy: Academy) -> None:
    for level in (4, 5):
        academy.course(name="First Aid", eqf_level=level)
    for name in ("Web Development", "Rescue", "rescue"):
        academy.course(name=name)
    page = editor.get("/certificates/new").text
    labels = re.findall(r'<option value="[0-9a-f-]{36}">(.*?)</option>', page)
    today = datetime.now(UTC).strftime("%B %Y")
    assert labels[:2] == ["First Aid (EQF level 4)", "First Aid (EQF level 5)"]
    assert labels[4:] == ["Web Development"]
    assert [label.partition(" (")[0] for label in labels[2:4]] == ["Rescue", "rescue"]
    assert all(today in label for label in labels[2:4])


def test_an_empty_academy_is_led_to_its_first_course_and_then_its_first_certificate(
    editor: Browser, academy: Academy, installation: Installation
) -> None:
    page = editor.get("/certificates")
    shown(page)
    assert f"curl {installation.url}/api/v1/courses" in page.text
    assert "A course comes first" in editor.get("/certificates/new").text
    course = academy.course()
    page = editor.get("/certificates")
    shown(page)
    assert f"curl {installation.url}/api/v1/certificates" in page.text
    assert course["id"] in page.text
    assert '<form class="filters"' not in page.text


def test_a_holder_is_found_by_name_address_and_code(editor: Browser, academy: Academy) -> None:
    course = academy.course()["id"]
    one = academy.issue(course, holder_name="Zoë van der Berg", holder_email="zoe@example.org")
    other = academy.issue(course, holder_name="Jan Jansen", holder_email="jan@example.com")
    for question in ("berg", "ZOE", "example.org", one["code"].lower(), f" {one['code']} "):
        page = editor.get("/certificates", params={"q": question})
        assert listed(page, one, other) == [True, False]
        assert f'value="{question.strip()}"' in page.text
    page = editor.get("/certificates", params={"q": "nobody"})
    assert listed(page, one, other) == [False, False]
    assert "No certificate fits" in page.text


def test_states_and_courses_are_chosen_in_the_address(editor: Browser, academy: Academy) -> None:
    short, lasting = academy.course(validity_period_months=1)["id"], academy.course(name="Pottery")["id"]
    soon = (datetime.now(UTC) - timedelta(days=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    expired = academy.issue(short, issued_at="2024-01-01T00:00:00Z")
    expiring, valid, revoked = academy.issue(short, issued_at=soon), academy.issue(lasting), academy.issue(lasting)
    academy.revoke(revoked["code"])
    academy.alter(valid["code"], claimed_at=datetime.now(UTC))
    every = (expired, expiring, valid, revoked)
    for status, fits in {
        "": [True, True, True, True],
        "all": [True, True, True, True],
        "valid": [False, True, True, False],
        "expiring": [False, True, False, False],
        "expired": [True, False, False, False],
        "revoked": [False, False, False, True],
        "renewed": [False, False, False, False],
        "unclaimed": [True, True, False, False],
    }.items():
        assert listed(editor.get("/certificates", params={"status": status}), *every) == fits
    page = editor.get("/certificates", params={"course": lasting})
    assert listed(page, *every) == [False, False, True, True]
    assert f'<option value="{lasting}" selected>Pottery' in page.text
    page = editor.get("/certificates", params={"course": lasting, "status": "valid", "q": "jane"})
    assert listed(page, *every) == [False, False, True, False]


def test_a_long_list_has_pages_that_keep_the_filter(editor: Browser, academy: Academy) -> None:
    course = academy.course()["id"]
    codes = [academy.issue(course)["code"] for _ in range(52)]
    page = editor.get("/certificates", params={"q": "Jane", "course": course})
    assert page.text.count('scope="row"') == 50
    following = unescape(page.text.split('rel="next" href="')[1].split('"')[0])
    assert f"q=Jane&course={course}&cursor=" in following
    rest = editor.web.get(following)
    assert rest.text.count('scope="row"') == 2
    assert all(code in rest.text for code in codes[:2])
    assert 'rel="next"' not in rest.text
    first = unescape(rest.text.split('rel="prev" href="')[1].split('"')[0])
    assert listed(editor.web.get(first), {"code": codes[-1]}, {"code": codes[0]}) == [True, False]


@pytest.mark.parametrize("query", ["cursor=never", "status=lost", "course=pottery", "q=%00", "cursor=2026-01-01"])
def test_an_address_that_cannot_be_is_a_page_that_says_so(editor: Browser, query: str) -> None:
    shown(editor.get(f"/certificates?{query}"), 404)


def test_a_certificate_is_issued_and_its_holder_told(editor: Browser, academy: Academy) -> None:
    course = academy.course(validity_period_months=12)["id"]
    form = editor.get("/certificates/new", params={"course": course})
    shown(form)
    assert f'<option value="{course}" selected>' in form.text
    page = editor.done("/certificates/new", course_id=course, **HOLDER, issued_at="2026-03-15", notify="yes")
    shown(page)
    assert "gets an email with a link to claim it" in page.text
    issued = newest(academy)
    assert page.url.path == f"/dashboard/certificates/{issued['code']}"
    assert (issued["holder_name"], issued["holder_email"]) == ("Jane Doe", "jane@example.com")
    assert (issued["issued_at"], issued["expires_at"]) == ("2026-03-15T00:00:00Z", "2027-03-15T00:00:00Z")
    assert mails_about(academy, issued) == 1


def test_a_holder_is_not_told_where_nobody_wants_it(editor: Browser, academy: Academy) -> None:
    page = editor.done("/certificates/new", course_id=academy.course()["id"], **HOLDER)
    assert "Its holder was not told" in page.text
    assert mails_about(academy, newest(academy)) == 0


def mails_about(academy: Academy, issued: dict[str, Any]) -> int:
    rows = academy.database.rows("SELECT count(*) AS number FROM mail WHERE certificate_id = $1", issued["id"])
    return int(rows[0]["number"])


def test_today_is_now(editor: Browser, academy: Academy) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    today = f"{before:%Y-%m-%d}"
    editor.done("/certificates/new", course_id=academy.course()["id"], **HOLDER, issued_at=today)
    issued_at = datetime.fromisoformat(newest(academy)["issued_at"])
    assert issued_at >= before or issued_at.date() == before.date()  # midnight may pass in between


def test_a_form_sent_twice_issues_once(editor: Browser, academy: Academy) -> None:
    sent = {"course_id": academy.course()["id"], **HOLDER}
    first, second = editor.post("/certificates/new", **sent), editor.post("/certificates/new", **sent)
    assert first.headers["location"] == second.headers["location"]
    assert academy.count() == 1
    editor.done("/certificates/new", **{**sent, "holder_name": "John Doe"})
    assert academy.count() == 2


def test_everything_that_is_wrong_is_told_at_once_and_nothing_typed_is_lost(editor: Browser, academy: Academy) -> None:
    academy.course()
    page = editor.post(
        "/certificates/new", holder_name="J" * 201, holder_email="jane at example", issued_at="15 March", notify="yes"
    )
    shown(page, 422)
    assert page.text.count('class="error"') == 4
    for field in ("course_id", "holder_name", "holder_email", "issued_at"):
        assert f'href="#field-{field}"' in page.text
    for typed in ("J" * 201, "jane at example", "15 March"):
        assert f'value="{typed}"' in page.text
    assert 'value="yes" checked' in page.text
    assert academy.count() == 0


def test_a_course_of_another_academy_is_none_to_choose(editor: Browser, academy: Academy, rival: Academy) -> None:
    academy.course()
    foreign = rival.course()["id"]
    page = editor.post("/certificates/new", course_id=foreign, **HOLDER)
    shown(page, 422)
    assert 'id="error-course_id"' in page.text
    assert 'value="Jane Doe"' in page.text
    assert academy.count() == rival.count() == 0
    assert listed(editor.get("/certificates", params={"course": foreign}), rival.issue(foreign)) == [False]


def test_the_plan_is_told_of_in_the_form(installation: Installation, academy: Academy, editor: Browser) -> None:
    course = academy.course()["id"]
    installation.command("plan", "set", f"small-{academy.id}", "--certificates", "0")
    installation.command("org", "plan", str(academy.id), f"small-{academy.id}")
    page = editor.post("/certificates/new", course_id=course, **HOLDER)
    shown(page, 422)
    assert 'value="Jane Doe"' in page.text
    assert 'id="errors"' in page.text
    assert academy.count() == 0


def test_a_viewer_looks_and_issues_nothing(installation: Installation, academy: Academy) -> None:
    issued = academy.issue()
    with signed_in(installation, academy, "viewer") as viewer:
        page = viewer.get("/certificates")
        assert listed(page, issued) == [True]
        assert "/dashboard/certificates/new" not in page.text
        assert viewer.get("/certificates/new").status_code == 403
        assert viewer.post("/certificates/new", course_id=issued["course_id"], **HOLDER).status_code == 403
    assert academy.count() == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(editor: Browser, academy: Academy, name: str) -> None:
    course = academy.course(name=name)["id"]
    editor.done("/certificates/new", course_id=course, holder_name=name, holder_email="jane@example.com")
    pages = [editor.get("/certificates"), editor.get("/certificates", params={"q": name, "course": course})]
    pages.append(editor.get("/certificates/new", params={"course": course}))
    for page in pages:
        assert shown(page).seen.count("script") == 1  # our own
        assert escape(name) in page.text
    wrong = editor.post("/certificates/new", course_id=name, holder_name=name, holder_email=name, issued_at=name)
    assert shown(wrong, 422).seen.count("script") == 1
    assert f'value="{escape(name)}"' in wrong.text
