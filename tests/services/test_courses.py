"""Changing a course while others change it too."""

import asyncio
from datetime import UTC, datetime

import pytest

from models import CourseVersion
from services import courses, organizations
from services.callers import Caller

pytestmark = pytest.mark.usefixtures("connected")

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


async def test_versions_at_once_are_numbered_without_gaps_and_lose_no_change() -> None:
    made = await organizations.create(name="Example Academy", email="a@example.com", url=None, plan=None, now=NOW)
    course = await courses.create(Caller(made.id), {"name": "Web"}, NOW)
    changes: list[dict[str, object]] = [
        {"name": "Another"},
        {"description": "Text"},
        {"eqf_level": 5},
        {"nlqf_level": "4+"},
    ]
    await asyncio.gather(*(courses.update(Caller(made.id), course.id, change, NOW) for change in changes))
    now = await courses.read(made.id, course.id)
    assert (now.name, now.description, now.eqf_level, now.nlqf_level, now.version) == ("Another", "Text", 5, "4+", 5)
    versions = await CourseVersion.filter(course_id=course.id).order_by("number")
    assert [version.number for version in versions] == [1, 2, 3, 4, 5]


async def test_the_first_version_is_never_altered() -> None:
    made = await organizations.create(name="Example Academy", email="a@example.com", url=None, plan=None, now=NOW)
    course = await courses.create(Caller(made.id), {"name": "Web"}, NOW)
    await courses.update(Caller(made.id), course.id, {"name": "Another"}, NOW)
    organization, _, first = await courses.version(course.id, 1)
    assert (organization, first.name) == (made.id, "Web")
