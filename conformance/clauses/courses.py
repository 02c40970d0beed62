"""Courses: created, read, listed and changed, and what a change means for the certificates issued before it."""

from typing import Any

from .. import asked
from ..asked import COURSES, each, expect_same
from ..clause import must
from ..findings import require
from ..refusals import refused
from ..stage import HOST, Thing
from ..trial import Trial
from . import course_versions

OPTIONAL: dict[str, Any] = {
    "description": "Two terms.\n\tOne exam.",
    "validity_period_months": 12,
    "eqf_level": 5,
    "nlqf_level": "4+",
    "qualification_label": "MBO 4",
    "badge_image_url": f"https://{HOST}/badge.png",
    "criteria_narrative": "Built and defended an application.",
    "criteria_url": f"https://{HOST}/criteria",
}
REFUSED: dict[str, list[Any]] = {
    "eqf_level": [0, 9],
    "nlqf_level": ["N" * 21],
    "qualification_label": ["Q" * 101],
    "criteria_narrative": ["W" * 5001],
    "criteria_url": ["criteria", f"ftp://{HOST}/criteria"],
    "badge_image_url": [f"javascript://{HOST}/"],
}


@must(
    "courses/create",
    "reference/courses/create-path",
    "reference/courses/name",
    "reference/courses/json",
    "openapi.yaml#/components/schemas/Course",
)
def create(trial: Trial) -> None:
    """A name is enough to create a course: 201 with the course in its first version, and null for what was left out."""
    made = trial.academy.post(COURSES, json={"name": "Conformance, a name"}).expect(201).expect_described()
    made.expect_member("data.name", "Conformance, a name").expect_member("data.version", 1)
    for member in OPTIONAL:
        made.expect_member(f"data.{member}", None)


@must(
    "courses/create-full",
    "reference/courses/description",
    "reference/courses/validity",
    "openapi.yaml#/components/schemas/CreateCourse",
)
def create_full(trial: Trial) -> None:
    """A course may be given description, validity, levels, label, picture and criteria, and shows each as it was given."""
    made = trial.academy.post(COURSES, json={"name": "Conformance, all of it", **OPTIONAL}).expect(201)
    made.expect_described()
    for member, value in OPTIONAL.items():
        made.expect_member(f"data.{member}", value)


@must("courses/read", "openapi.yaml#/paths/~1api~1v1~1courses~1{course_id}/get")
def read(trial: Trial) -> None:
    """Reading a course by its id answers just what creating it answered."""
    course = trial.stage.full_course
    answer = trial.academy.get(f"{COURSES}/{course['id']}").expect(200).expect_described()
    expect_same(answer, "data", course)


@must(
    "courses/listed",
    "reference/courses/list-path",
    "rulings/pagination/newest-first",
    "openapi.yaml#/components/schemas/CourseList",
)
def listed(trial: Trial) -> None:
    """The list of courses holds each as it is read, a new one at once, and begins with the newest."""
    made = [trial.stage.new_course(name=f"Conformance, number {number}") for number in range(3)]
    ids = [str(course["id"]) for course in reversed(made)]
    answer = asked.page(trial, COURSES).expect_described()
    ids_listed = list(map(str, each(answer, "id")))
    require(set(ids) <= set(ids_listed), "A course that was just created is not in the list of courses.", answer)
    in_order = [found for found in ids_listed if found in ids]
    require(in_order == ids, "Three courses created one after the other are not listed newest first.", answer)
    expect_same(answer, f"data.{ids_listed.index(ids[0])}", made[-1])


@must("courses/never-expires", "reference/courses/never-expires", "reference/courses/validity")
def never_expires(trial: Trial) -> None:
    """Certificates of a course whose validity is null, or was left out, never expire."""
    for given in ({"validity_period_months": None}, {}):
        body = {"name": "Conformance, for ever", **given}
        made = trial.academy.post(COURSES, json=body).expect(201).expect_member("data.validity_period_months", None)
        certificate = trial.stage.new_certificate(Thing(made.member("data")), notify=False)
        asked.read(trial, certificate).expect_member("data.expires_at", None)
        asked.verify(trial, certificate).expect_member("certificate.expires_at", None)


@must(
    "courses/validity",
    "reference/courses/validity",
    "rulings/shapes/months",
    "openapi.yaml#/components/schemas/ValidityMonths",
)
def validity(trial: Trial) -> None:
    """The validity is a whole number of months from 1 to 1,200; anything else is refused with 422."""
    there = f"{COURSES}/{trial.stage.course['id']}"
    for months in (1, 1200):
        made = trial.academy.post(COURSES, json={"name": "Conformance", "validity_period_months": months})
        made.expect(201).expect_member("data.validity_period_months", months)
    for wrong in (0, -1, 1201, 1.5, "12", True):
        answer = trial.academy.post(COURSES, json={"name": "Conformance", "validity_period_months": wrong})
        refused(f"a validity of {wrong!r} months", answer)
        refused(f"a change to {wrong!r} months", trial.academy.patch(there, json={"validity_period_months": wrong}))


@must(
    "courses/levels",
    "openapi.yaml#/components/schemas/EqfLevel",
    "openapi.yaml#/components/schemas/NlqfLevel",
    "openapi.yaml#/components/schemas/CreateCourse",
)
def levels(trial: Trial) -> None:
    """The European level is 1 to 8, the Dutch one up to 20 characters, the label up to 100, a criterion up to 5,000.

    Addresses are those of the web. What is otherwise is refused with 422, when creating and when changing.
    """
    for level in (1, 8):
        made = trial.academy.post(COURSES, json={"name": "Conformance", "eqf_level": level})
        made.expect(201).expect_member("data.eqf_level", level)
    there = f"{COURSES}/{trial.stage.course['id']}"
    for member, values in REFUSED.items():
        for value in values:
            case = f"`{member}` of {str(value)[:30]!r}"
            refused(case, trial.academy.post(COURSES, json={"name": "Conformance", member: value}))
            refused(f"a change to {case}", trial.academy.patch(there, json={member: value}))


@must("courses/update", "openapi.yaml#/paths/~1api~1v1~1courses~1{course_id}/patch")
def update(trial: Trial) -> None:
    """A change replaces the members that are given and leaves the others; the course is read so from then on."""
    course = trial.stage.new_course(**OPTIONAL)
    change = {"name": "Conformance, changed", "eqf_level": 6, "validity_period_months": 24}
    there = f"{COURSES}/{course['id']}"
    changed = trial.academy.patch(there, json=change).expect(200).expect_described()
    for member, value in {**course, **change}.items():
        if member not in {"version", "links"}:
            changed.expect_member(f"data.{member}", value)
    expect_same(trial.academy.get(there).expect(200), "data", changed.member("data"))


@must("courses/clear", "openapi.yaml#/paths/~1api~1v1~1courses~1{course_id}/patch")
def clear(trial: Trial) -> None:
    """In a change null empties what may be empty; the name may not, and null for it is refused with 422."""
    there = f"{COURSES}/{trial.stage.new_course(**OPTIONAL)['id']}"
    refused("null for a course's name", trial.academy.patch(there, json={"name": None}))
    cleared = trial.academy.patch(there, json=dict.fromkeys(OPTIONAL)).expect(200)
    for member in OPTIONAL:
        cleared.expect_member(f"data.{member}", None)


VERSIONS = course_versions.VERSIONS
