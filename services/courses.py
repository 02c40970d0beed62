"""Courses: created, read, changed by new versions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from models import Course, CourseVersion
from models.database import is_postgres
from models.statements import courses as statements
from rules import courses as rule
from rules import text
from rules.errors import Refused
from services import audit, plans, unique_instants
from services.callers import Caller
from services.pagination import Page

MOST = 1000
"""How many courses a list without paging answers with."""

_LINES = {"description": 5000, "criteria_narrative": 5000}
_LINE = {"name": 200, "nlqf_level": 20, "qualification_label": 100}
_ADDRESSES = ("badge_image_url", "criteria_url")
_VALIDITY = "validity_period_months"


class Version(NamedTuple):
    """A course in one of its versions, and the id and name of the academy that it is of."""

    organization_id: UUID
    organization_name: str
    course: rule.Course


async def create(caller: Caller, wanted: Mapping[str, object], now: datetime) -> rule.Course:
    """A course begins with its first version, and counts in the plan."""
    members = _cleaned(wanted)
    async with in_transaction():
        await plans.use(caller.organization_id, "courses")
        course = {
            "id": str(uuid4()),
            "organization_id": str(caller.organization_id),
            "present_version": 1,
            _VALIDITY: members.pop(_VALIDITY, None),
            "created_at": now,
        }
        row = await unique_instants.insert("course", course)
        version = await CourseVersion.create(
            id=uuid4(), course_id=UUID(row["id"]), number=1, created_at=row["created_at"], **members
        )
        made = as_rule(UUID(row["id"]), row[_VALIDITY], row["created_at"], version)
        await audit.record(caller, "create_course", made.id, (audit.NOTHING, _told(made)), now)
    return made


async def read(organization_id: UUID, course_id: UUID) -> rule.Course:
    """A course of the organization in its present version."""
    course = await _own(organization_id, course_id)
    version = await CourseVersion.get(course_id=course.id, number=course.present_version)
    return as_rule(course.id, course.validity_period_months, course.created_at, version)


async def update(caller: Caller, course_id: UUID, change: Mapping[str, object], now: datetime) -> rule.Course:
    """A change of what certificates show makes a new version; the validity holds for certificates issued from now on."""
    members = _cleaned(change)
    async with in_transaction():
        course = await _own(caller.organization_id, course_id, lock=True)
        version = await CourseVersion.get(course_id=course.id, number=course.present_version)
        before = as_rule(course.id, course.validity_period_months, course.created_at, version)
        present = {field: getattr(version, field) for field in rule.VERSIONED}
        if rule.changed(present, members):
            shown = {field: members.get(field, value) for field, value in present.items()}
            number = course.present_version + 1
            version = await CourseVersion.create(
                id=uuid4(), course_id=course.id, number=number, created_at=now, **shown
            )
            course.present_version = number
        course.validity_period_months = members.get(_VALIDITY, course.validity_period_months)
        await course.save()
        after = as_rule(course.id, course.validity_period_months, course.created_at, version)
        await audit.record_difference(caller, "update_course", course.id, (_told(before), _told(after)), now)
    return after


async def page(organization_id: UUID, before: datetime | None, limit: int | None) -> Page[rule.Course]:
    """The courses of an organization, newest first: a page, or without cursor and limit all of them up to a thousand."""
    most = limit or (MOST if before is None else 50)
    found = Course.filter(organization_id=organization_id).order_by("-created_at").limit(most + 1)
    courses = await (found if before is None else found.filter(created_at__lt=before))
    shown = courses[:most]
    ids = [course.id for course in shown]
    versions = await CourseVersion.filter(course__id__in=ids, number=F("course__present_version")) if ids else []
    present = {version.course_id: version for version in versions}
    items = [as_rule(c.id, c.validity_period_months, c.created_at, present[c.id]) for c in shown]
    return Page(items, has_more=len(courses) > most)


async def version(course_id: UUID, number: int) -> Version:
    """A version of anybody's course, as badge classes show it, with its academy."""
    row = await statements.version(course_id, number)
    if row is None:
        raise Refused("not_found", "Badge class not found")
    return Version(row[0], row[1], rule.Course._make(row[2:]))


def as_rule(course_id: UUID, months: int | None, created_at: datetime, version: CourseVersion) -> rule.Course:
    """A course in one of its versions, as the domain knows it."""
    return rule.Course(
        id=course_id,
        version=version.number,
        validity_period_months=months,
        created_at=created_at,
        **{field: getattr(version, field) for field in rule.VERSIONED},
    )


def _told(course: rule.Course) -> dict[str, object]:
    """What the audit log keeps of a course: all that somebody chose, where he chose anything."""
    told = {field: getattr(course, field) for field in (*rule.VERSIONED, _VALIDITY)}
    return {field: value for field, value in told.items() if value is not None}


async def _own(organization_id: UUID, course_id: UUID, *, lock: bool = False) -> Course:
    wanted = Course.filter(id=course_id, organization_id=organization_id)
    course = await (wanted.select_for_update(no_key=is_postgres()) if lock else wanted).first()
    if course is None:
        raise Refused("not_found", "Course not found or does not belong to your organization")
    return course


def _cleaned(members: Mapping[str, object]) -> dict[str, Any]:
    return {field: _clean(field, value) for field, value in members.items()}


def _clean(field: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    if field in _ADDRESSES:
        return text.web_address(value, field=field)
    if field in _LINES:
        return text.lines(value, field=field, longest=_LINES[field])
    return text.line(value, field=field, longest=_LINE[field])
