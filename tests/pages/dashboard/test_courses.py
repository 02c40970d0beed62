"""Courses in the dashboard: made and changed by forms that lose nothing, and only by those who may."""

from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from markupsafe import escape

from pages.dashboard import course_form
from tests.academies import Academy
from tests.installation import ROOT, Installation
from tests.pages.dashboard.whole import HOSTILE, shown
from tests.people import Browser, signed_in

FILLED: dict[str, Any] = {
    "name": "Web Development",
    "description": "Two terms.\r\nOne exam.",
    "validity_period_months": "24",
    "eqf_level": "5",
    "nlqf_level": "4+",
    "qualification_label": "MBO 4",
    "criteria_narrative": "Build an application.",
    "criteria_url": "https://example.com/criteria",
    "badge_image_url": "https://example.com/badge.png",
}


def courses_of(academy: Academy) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = academy.get("/api/v1/courses").json()["data"]
    return found


def test_without_a_course_the_page_teaches_the_first_step(
    editor: Browser, installation: Installation, academy: Academy
) -> None:
    page = editor.get("/courses")
    shown(page)
    assert "No course yet" in page.text
    assert 'href="/dashboard/courses/new"' in page.text
    assert f"curl {installation.url}/api/v1/courses" in page.text
    with signed_in(installation, academy, "viewer") as viewer:
        assert 'href="/dashboard/courses/new"' not in viewer.get("/courses").text


def test_a_course_is_made_with_all_that_was_typed(editor: Browser, academy: Academy) -> None:
    shown(editor.get("/courses/new"))
    page = editor.done("/courses/new", **FILLED)
    shown(page)
    assert "The course was created" in page.text
    (course,) = courses_of(academy)
    wanted = {**FILLED, "description": "Two terms.\nOne exam.", "validity_period_months": 24, "eqf_level": 5}
    assert {field: course[field] for field in FILLED} == wanted
    assert page.url.path == f"/dashboard/courses/{course['id']}"
    for said in ("Web Development", "24 months", "4+", "MBO 4", "https://example.com/criteria"):
        assert said in page.text
    assert f'<img src="{FILLED["badge_image_url"]}' not in page.text  # nothing is loaded from other hosts


def test_a_form_sent_twice_makes_one_course(editor: Browser, academy: Academy) -> None:
    first, second = (editor.post("/courses/new", name="Pottery") for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert len(courses_of(academy)) == 1


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "   ", "Enter the course’s name."),
        ("name", "\u200b", "Enter the name."),
        ("name", "W" * 201, "Must be at most 200 characters long."),
        ("description", "a\x07b", "Contains control characters."),
        ("validity_period_months", "0", "Must be a whole number from 1 to 1200."),
        ("validity_period_months", "1e3", "Must be a whole number from 1 to 1200."),
        ("validity_period_months", "٣", "Must be a whole number from 1 to 1200."),
        ("eqf_level", "9", "Must be a whole number from 1 to 8."),
        ("nlqf_level", "4" * 21, "Must be at most 20 characters long."),
        ("criteria_url", "javascript:alert(1)", "Must be an http or https address"),
        ("badge_image_url", "https://user:word@example.com/x.png", "Must be an http or https address"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_on_top(
    editor: Browser, academy: Academy, field: str, typed: str, said: str
) -> None:
    page = editor.post("/courses/new", **{**FILLED, field: typed})
    shown(page, 422)
    assert page.text.count(said) == 2
    assert f'href="#field-{field}"' in page.text
    assert f'id="error-{field}"' in page.text
    for name, value in FILLED.items():
        if name not in (field, "description", "eqf_level"):
            assert f'name="{name}"' in page.text
            assert escape(value) in page.text
    assert courses_of(academy) == []


def test_everything_that_is_wrong_is_told_at_once(editor: Browser) -> None:
    page = editor.post("/courses/new", name="", validity_period_months="many", criteria_url="example")
    outline = shown(page, 422)
    assert page.text.count('class="error"') == 3
    assert outline.seen.count("form") >= 1
    assert 'value="many"' in page.text


def test_a_change_of_what_is_shown_makes_a_version_and_leaves_what_was_issued(
    editor: Browser, academy: Academy
) -> None:
    course = academy.course(name="Web Development")
    issued = academy.issue(course["id"])
    form = editor.get(f"/courses/{course['id']}/edit")
    shown(form)
    assert "Certificates that were issued stay as they are" in form.text
    assert 'value="Web Development"' in form.text
    page = editor.done(f"/courses/{course['id']}/edit", name="Web Development and Design")
    assert "saved as a new version" in page.text
    assert courses_of(academy)[0]["version"] == 2
    assert academy.read(issued["code"])["course_name"] == "Web Development"
    page = editor.done(f"/courses/{course['id']}/edit", name="Web Development and Design", validity_period_months="12")
    assert "saved as a new version" not in page.text
    assert "The course was saved." in page.text
    assert (courses_of(academy)[0]["version"], courses_of(academy)[0]["validity_period_months"]) == (2, 12)


def test_what_is_emptied_is_gone(editor: Browser, academy: Academy) -> None:
    course = academy.course(description="Two terms", eqf_level=5, validity_period_months=12)
    editor.done(f"/courses/{course['id']}/edit", name=course["name"])
    (changed,) = courses_of(academy)
    assert (changed["description"], changed["eqf_level"], changed["validity_period_months"]) == (None, None, None)


def test_the_list_counts_certificates_and_leads_to_them(editor: Browser, academy: Academy) -> None:
    course = academy.course(name="Pottery")
    for _ in range(2):
        academy.issue(course["id"])
    academy.course(name="Weaving")
    page = editor.get("/courses")
    shown(page)
    assert f'href="/dashboard/certificates?course={course["id"]}">2<' in page.text
    assert page.text.index("Weaving") < page.text.index("Pottery")


def test_a_long_list_has_pages(editor: Browser, academy: Academy) -> None:
    for number in range(52):
        academy.course(name=f"Course {number:02}")
    page = editor.get("/courses")
    assert page.text.count('scope="row"') == 50
    following = unescape(page.text.split('rel="next" href="')[1].split('"')[0])
    rest = editor.web.get(following)
    assert rest.text.count('scope="row"') == 2
    assert "Course 00" in rest.text
    assert "Course 02" not in rest.text
    assert 'rel="next"' not in rest.text
    assert 'rel="prev" href="/dashboard/courses"' in rest.text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(editor: Browser, name: str) -> None:
    made = editor.done("/courses/new", name=name, description=name, nlqf_level=name[:20])
    path = urlsplit(str(made.url)).path.removeprefix("/dashboard")
    for page in (made, editor.get("/courses"), editor.get(f"{path}/edit"), editor.get("/certificates/new")):
        outline = shown(page)
        assert outline.seen.count("script") == 1  # our own
        assert escape(name) in page.text


def test_nobody_sees_another_academys_course(editor: Browser, rival: Academy) -> None:
    course = rival.course()
    for path in (f"/courses/{course['id']}", f"/courses/{course['id']}/edit"):
        assert editor.get(path).status_code == 404
    assert editor.post(f"/courses/{course['id']}/edit", name="Mine").status_code == 404
    assert courses_of(rival)[0]["name"] == course["name"]


@pytest.mark.parametrize("path", ["/courses/nothing", "/courses/%00", "/courses?cursor=never", "/courses/x/edit"])
def test_an_address_that_cannot_be_is_a_page_that_says_so(editor: Browser, path: str) -> None:
    shown(editor.get(path), 404)


def test_the_plan_is_told_of_in_the_form(installation: Installation, academy: Academy, editor: Browser) -> None:
    installation.command("plan", "set", f"small-{academy.id}", "--courses", "0")
    installation.command("org", "plan", str(academy.id), f"small-{academy.id}")
    page = editor.post("/courses/new", name="Pottery")
    assert page.status_code == 422
    assert 'value="Pottery"' in page.text
    assert 'id="errors"' in page.text


def test_the_form_has_the_contracts_bounds() -> None:
    schemas = yaml.safe_load(Path(ROOT / "openapi.yaml").read_text("utf-8"))["components"]["schemas"]
    members = {
        name: schemas[member["$ref"].rpartition("/")[2]]
        for name, member in schemas["CreateCourse"]["properties"].items()
    }
    assert set(course_form.LABELS) == set(members)
    for name, longest in {**course_form.LINES, **course_form.TEXTS}.items():
        assert members[name]["maxLength"] == longest
    for name, most in course_form.NUMBERS.items():
        assert (members[name]["minimum"], members[name]["maximum"]) == (1, most)


def test_a_certificate_of_the_course_is_previewed(editor: Browser, academy: Academy, rival: Academy) -> None:
    course = academy.course(name=HOSTILE[1])
    path = f"/courses/{course['id']}/preview.png"
    assert f'src="/dashboard{path}"' in editor.get(f"/courses/{course['id']}").text
    picture = editor.get(path)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert picture.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert editor.get(f"/courses/{rival.course()['id']}/preview.png").status_code == 404
