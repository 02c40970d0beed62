"""Courses over HTTP: created, read, listed, and changed without changing what was issued."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from models import Course, CourseVersion
from rules.instants import parse
from services.courses import MOST
from tests.academies import Academy
from tests.agreement import error_of, fields_of

NOBODYS = "53c19f32-ca11-435e-a689-687857ee085d"
PATH = "/api/v1/courses"
FULL = {
    "name": "Web Development",
    "description": "Two terms.\n\tOne exam.",
    "validity_period_months": 12,
    "eqf_level": 5,
    "nlqf_level": "4+",
    "qualification_label": "MBO 4",
    "badge_image_url": "https://academy.example.com/badge.png",
    "criteria_narrative": "Build a web application.",
    "criteria_url": "https://academy.example.com/courses/web?lang=en#how",
}
CHANGES = {
    **dict.fromkeys(("name", "description", "nlqf_level", "qualification_label"), "Another"),
    "eqf_level": 6,
    "criteria_narrative": "Another",
    "criteria_url": "https://example.com/other",
    "badge_image_url": "https://example.com/other.png",
}


def test_creating_answers_201_with_the_course_and_where_it_is(academy: Academy) -> None:
    made = academy.post(PATH, json=FULL)
    facts = made.json()["data"]
    assert made.status_code == 201
    assert made.headers["location"].endswith(f"{PATH}/{facts['id']}")
    assert {name: facts[name] for name in FULL} == FULL
    assert facts["version"] == 1
    assert facts["links"]["badge_class"].endswith(f"/api/obi/badge-class/{facts['id']}")
    assert academy.get(f"{PATH}/{facts['id']}").json() == made.json()
    assert academy.get(f"{PATH}/{facts['id'].upper()}").json() == made.json()


def test_a_name_is_enough_and_the_rest_is_null(academy: Academy) -> None:
    facts = academy.course(name="Web")
    assert {facts[name] for name in FULL if name != "name"} == {None}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_what_certificates_show_makes_a_new_version(academy: Academy, name: str) -> None:
    made = academy.course(**FULL)
    changed = academy.patch(f"{PATH}/{made['id']}", json={name: CHANGES[name]}).json()["data"]
    assert changed["version"] == 2
    assert changed["links"]["badge_class"] == made["links"]["badge_class"] + "?version=2"
    kept = {**made, name: CHANGES[name], "version": 2, "links": changed["links"]}
    assert changed == kept
    assert academy.get(f"{PATH}/{made['id']}").json()["data"] == kept


@pytest.mark.parametrize(
    "change", [{}, {"name": "Web Development"}, {"validity_period_months": 24}, {"eqf_level": 5.0}]
)
def test_no_new_version_is_made_where_nothing_shown_changes(academy: Academy, change: dict[str, object]) -> None:
    made = academy.course(**FULL)
    assert academy.patch(f"{PATH}/{made['id']}", json=change).json()["data"] == {**made, **change}


def test_null_clears_what_may_be_empty(academy: Academy) -> None:
    made = academy.course(**FULL)
    cleared = {name: None for name in FULL if name != "name"}
    facts = academy.patch(f"{PATH}/{made['id']}", json=cleared).json()["data"]
    assert {name: facts[name] for name in cleared} == cleared


def test_a_name_is_never_cleared(academy: Academy) -> None:
    answer = academy.patch(f"{PATH}/{academy.course()['id']}", json={"name": None})
    error_of(answer, 422, "unprocessable_entity")
    assert fields_of(answer) == ["name"]


def test_a_certificate_shows_its_own_version_everywhere_for_ever(academy: Academy, anyone: httpx.Client) -> None:
    course = academy.course(name="First", description="Old", eqf_level=4)
    code = academy.issue(course["id"])["code"]
    academy.patch(f"{PATH}/{course['id']}", json={"name": "Second", "description": None, "eqf_level": 5})
    later = academy.issue(course["id"])
    old = academy.read(code)
    assert (old["course_name"], old["course_version"]) == ("First", 1)
    assert (later["course_name"], later["course_version"]) == ("Second", 2)
    assert [item["course_name"] for item in academy.get("/api/v1/certificates").json()["data"]] == ["Second", "First"]
    public = anyone.get(f"/api/v1/verify/{code}").json()["course"]
    assert (public["name"], public["description"], public["eqf_level"]) == ("First", "Old", 4)
    assert "First" in anyone.get(f"/v/{code}").text
    assert "Second" in anyone.get(f"/v/{later['code']}").text


@pytest.mark.parametrize("method", ["GET", "PATCH"])
@pytest.mark.parametrize("course", [NOBODYS, "nothing", "6f1d2a643c1e4f0b9a440d8a4a8b7c11", "%00"])
def test_a_course_that_does_not_or_cannot_exist_is_404(academy: Academy, method: str, course: str) -> None:
    error_of(academy.call(method, f"{PATH}/{course}", json={"name": "Web"}), 404, "not_found")


def test_a_list_without_limit_holds_all_courses_newest_first(academy: Academy) -> None:
    ids = [academy.course(name=f"Course {n}")["id"] for n in range(55)]
    page = academy.get(PATH).json()
    assert [course["id"] for course in page["data"]] == ids[::-1]
    assert page["pagination"] == {"cursor": page["data"][-1]["created_at"], "has_more": False}


def test_a_list_with_a_limit_is_paged(academy: Academy) -> None:
    ids = [academy.course(name=f"Course {n}")["id"] for n in range(5)]
    first = academy.get(PATH, params={"limit": 2}).json()
    assert [course["id"] for course in first["data"]] == [ids[4], ids[3]]
    assert first["pagination"]["has_more"] is True
    rest = academy.get(PATH, params={"cursor": first["pagination"]["cursor"]}).json()
    assert [course["id"] for course in rest["data"]] == ids[2::-1]
    assert rest["pagination"]["has_more"] is False


def test_a_list_without_limit_ends_at_a_thousand(academy: Academy) -> None:
    newest = parse(academy.course(name="Course")["created_at"], "created_at")

    async def fill() -> None:
        courses = [
            Course(id=uuid4(), organization_id=academy.id, created_at=newest - timedelta(seconds=n))
            for n in range(1, MOST + 1)
        ]
        await Course.bulk_create(courses)
        await CourseVersion.bulk_create(
            CourseVersion(id=uuid4(), course_id=c.id, number=1, name="Course", created_at=c.created_at) for c in courses
        )

    academy.database.run(fill)
    page = academy.get(PATH).json()
    assert len(page["data"]) == 1000
    assert page["pagination"]["has_more"] is True
    rest = academy.get(PATH, params={"cursor": page["pagination"]["cursor"]}).json()
    assert len(rest["data"]) == 1
    assert len({UUID(course["id"]) for course in page["data"] + rest["data"]}) == 1001
