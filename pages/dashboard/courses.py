"""Courses: looked through, made, changed."""

from collections.abc import Mapping

from starlette.responses import Response

from pages import documents
from pages.dashboard import course_form, once
from pages.dashboard.cursors import beginning, following
from pages.dashboard.routing import get, post
from pages.dashboard.visit import Visit
from pages.forms import Errors
from services import course_figures, courses

HERE = "courses"
A_PAGE = 50
_INVALID = 422


@get("/courses")
async def show_all(visit: Visit) -> Response:
    """Every course, newest first, with how many certificates there are of it."""
    before = beginning(visit)
    page = await visit.work(courses.page(visit.organization.id, before, A_PAGE))
    counts = await visit.work(course_figures.issued(visit.organization.id, [course.id for course in page.items]))
    following_page = following(page, "/courses", {})
    return visit.page(
        "dashboard/courses.html",
        here=HERE,
        courses=page.items,
        counts=counts,
        following=following_page,
        is_first=before is None,
    )


@get("/courses/new", role="editor")
async def show_new(visit: Visit) -> Response:
    """An empty form."""
    return _form(visit, {}, Errors())


@post("/courses/new")
async def create(visit: Visit) -> Response:
    """A new course, and its page."""
    errors = Errors()
    members = course_form.read(visit.form, errors)

    async def make() -> str:
        return f"/courses/{(await courses.create(visit.caller, members, visit.now)).id}"

    if not errors:
        with errors.caught():
            return visit.to(await once.place(visit, make), "course_created")
    return _form(visit, visit.form.values, errors)


@get("/courses/{course_id}")
async def show(visit: Visit) -> Response:
    """A course with what its certificates and badges look like."""
    course = await visit.work(courses.read(visit.organization.id, visit.uuid("course_id")))
    counts = await visit.work(course_figures.issued(visit.organization.id, [course.id]))
    return visit.page("dashboard/course.html", here=HERE, course=course, count=counts[course.id])


@get("/courses/{course_id}/preview.png")
async def preview(visit: Visit) -> Response:
    """A picture of a certificate of this course, with a made-up holder."""
    course = await visit.work(courses.read(visit.organization.id, visit.uuid("course_id")))
    who = str(visit.session.user.id)
    picture = await documents.preview(visit.printer, visit.gate, visit.links, visit.organization, course, who=who)
    return Response(picture, media_type="image/png")


@get("/courses/{course_id}/edit", role="editor")
async def show_edit(visit: Visit) -> Response:
    """The form as the course is now."""
    course = await visit.work(courses.read(visit.organization.id, visit.uuid("course_id")))
    return _form(visit, course_form.shown(course), Errors(), course=course)


@post("/courses/{course_id}/edit")
async def update(visit: Visit) -> Response:
    """The course as it is from now on; what was issued stays as it is."""
    course = await visit.work(courses.read(visit.organization.id, visit.uuid("course_id")))
    errors = Errors()
    members = course_form.read(visit.form, errors)
    if not errors:
        with errors.caught():
            changed = await visit.work(courses.update(visit.caller, course.id, members, visit.now))
            done = "course_saved" if changed.version == course.version else "course_version"
            return visit.to(f"/courses/{course.id}", done)
    return _form(visit, visit.form.values, errors, course=course)


def _form(visit: Visit, form: Mapping[str, str], errors: Errors, **facts: object) -> Response:
    return visit.page(
        "dashboard/course_form.html",
        _INVALID if errors else 200,
        here=HERE,
        form=dict.fromkeys(course_form.LABELS, "") | dict(form),
        errors=errors,
        labels=course_form.LABELS,
        eqf_levels=course_form.EQF_LEVELS,
        **{"course": None, **facts},
    )


ENTRIES = (show_all, show_new, create, show, preview, show_edit, update)
