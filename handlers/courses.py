"""Courses: what certificates are issued for."""

from datetime import datetime
from uuid import UUID

from handlers import shapes
from handlers.answers import Answer
from handlers.pagination import instant_of, paginated
from rules.links import Links
from services import courses
from services.callers import Caller
from wire.schemas import CreateCourse, UpdateCourse


async def list_courses(cursor: str | None, limit: int | None, caller: Caller, links: Links) -> Answer:
    """The courses of the caller's organization."""
    page = await courses.page(caller.organization_id, instant_of(cursor), limit)
    return Answer(paginated([shapes.course(course, links) for course in page.items], has_more=page.has_more))


async def create_course(body: CreateCourse, caller: Caller, links: Links, now: datetime) -> Answer:
    """A new course."""
    course = await courses.create(caller, body, now)
    return Answer({"data": shapes.course(course, links)}, links.course(course.id))


async def get_course(course_id: str, caller: Caller, links: Links) -> Answer:
    """One course in its present version."""
    course = await courses.read(caller.organization_id, UUID(course_id))
    return Answer({"data": shapes.course(course, links)})


async def update_course(course_id: str, body: UpdateCourse, caller: Caller, links: Links, now: datetime) -> Answer:
    """A course after a change."""
    course = await courses.update(caller, UUID(course_id), body, now)
    return Answer({"data": shapes.course(course, links)})
