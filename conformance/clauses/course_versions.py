"""Versions of a course: what makes a new one, and that a certificate keeps the one that it was issued on."""

from typing import Any
from urllib.parse import urlsplit

from .. import asked
from ..asked import CERTIFICATES, COURSES
from ..clause import must
from ..findings import require
from ..stage import HOST
from ..trial import Trial

SHOWN = {
    "name": "Conformance, renamed",
    "description": "Another",
    "eqf_level": 6,
    "nlqf_level": "6",
    "qualification_label": "HBO",
    "badge_image_url": f"https://{HOST}/other.png",
    "criteria_narrative": "Other work.",
    "criteria_url": f"https://{HOST}/other",
}
FIRST: dict[str, Any] = {"name": "Web Development", "description": "Two terms.", "eqf_level": 5}
SECOND: dict[str, Any] = {"name": "Web Engineering", "description": None, "eqf_level": 6}


@must(
    "courses/versions",
    "rulings/certificate-states/version",
    "openapi.yaml#/paths/~1api~1v1~1courses~1{course_id}/patch",
)
def versions(trial: Trial) -> None:
    """A change of a course's name, description, criteria, picture, level or label makes the next version of it.

    A change of its validity, or of nothing, makes none.
    """
    course = trial.stage.new_course(name="Conformance, versions")
    there = f"{COURSES}/{course['id']}"
    for version, (member, value) in enumerate(SHOWN.items(), start=2):
        changed = trial.academy.patch(there, json={member: value}).expect(200)
        found = changed.member("data.version")
        require(found == version, f"A change of `{member}` leads to version {found}, not {version}.", changed)
    for same in ({}, {"name": SHOWN["name"]}, {"validity_period_months": 24}):
        trial.academy.patch(there, json=same).expect(200).expect_member("data.version", len(SHOWN) + 1)


@must(
    "courses/own-version",
    "rulings/certificate-states/own-version",
    "openapi.yaml#/components/schemas/VerifiedCourse",
)
def own_version(trial: Trial) -> None:
    """A certificate shows the version of the course that it was issued on, whatever the course has become since.

    That is so where it is read, listed and verified. Certificates issued after a change show the new version.
    """
    course = trial.stage.new_course(**FIRST)
    old = trial.stage.new_certificate(course, notify=False)
    trial.academy.patch(f"{COURSES}/{course['id']}", json=SECOND).expect(200)
    new = trial.stage.new_certificate(course, notify=False)
    for number, (certificate, shown) in enumerate(((old, FIRST), (new, SECOND)), start=1):
        reading = asked.read(trial, certificate).expect_member("data.course_name", shown["name"])
        reading.expect_member("data.course_version", number)
        verification = asked.verify(trial, certificate)
        for member, value in shown.items():
            verification.expect_member(f"course.{member}", value)
    listed = asked.page(trial, CERTIFICATES, course_id=course["id"])
    for number, shown in enumerate((SECOND, FIRST)):
        listed.expect_member(f"data.{number}.course_name", shown["name"])


@must(
    "courses/badge-class",
    "rulings/certificate-states/badge-class",
    "openapi.yaml#/components/schemas/CourseLinks",
)
def badge_class(trial: Trial) -> None:
    """A course links to the badge class of its version: `/api/obi/badge-class/` and its id, later with `?version=2`."""
    made = trial.academy.post(COURSES, json={"name": "Conformance, one"}).expect(201)
    course_id = made.member("data.id")
    changed = trial.academy.patch(f"{COURSES}/{course_id}", json={"name": "Conformance, two"}).expect(200)
    for version, answer in enumerate((made, changed), start=1):
        link = str(answer.member("data.links.badge_class"))
        wanted = (f"/api/obi/badge-class/{course_id}", "" if version == 1 else f"version={version}")
        told = f"`links.badge_class` of version {version} is {link}."
        require((urlsplit(link).path, urlsplit(link).query) == wanted, told, answer)


VERSIONS = (versions, own_version, badge_class)
