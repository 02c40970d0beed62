"""Certificates: found, filtered, issued."""

from collections.abc import Callable, Mapping
from datetime import UTC
from uuid import UUID

from starlette.responses import Response

from pages.dashboard import cursors, holder_form, once, typed
from pages.dashboard.routing import get, post
from pages.dashboard.visit import Visit
from pages.forms import Errors
from rules import instants
from rules.courses import Course
from rules.errors import Refused
from services import certificate_search, certificates, courses
from services.certificate_search import Search, Status

HERE = "certificates"
A_PAGE = 50
LABELS = {"course_id": "Course", **holder_form.LABELS, "issued_at": "Date of issue"}
STATES: dict[Status, str] = {
    "all": "Any state",
    "valid": "Valid",
    "expiring": "Expires within 30 days",
    "expired": "Expired",
    "renewed": "Renewed",
    "revoked": "Revoked",
    "unclaimed": "Not claimed",
}
_TELLING: tuple[Callable[[Course], str], ...] = (
    lambda course: f"EQF level {course.eqf_level}" if course.eqf_level else "",
    lambda course: f"since {instants.day(course.created_at)}",
    lambda course: f"since {instants.day(course.created_at)}, {course.created_at.astimezone(UTC):%H:%M:%S} UTC",
)
_INVALID = 422
_LONGEST_QUESTION = 254


@get("/certificates")
async def show_all(visit: Visit) -> Response:
    """A page of certificates; what it is filtered by is in its address."""
    search = _search(visit)
    page = await visit.work(certificate_search.page(search, visit.now))
    status = "" if search.status == "all" else search.status
    query = {"q": search.text, "status": status, "course": visit.query("course")}
    found = await _courses(visit, search.course_id)
    return visit.page(
        "dashboard/certificates.html",
        here=HERE,
        certificates=page.items,
        search=search,
        states=list(STATES.items()),
        courses=found,
        choices=_choices(found),
        following=cursors.following(page, "/certificates", query),
        first=cursors.first("/certificates", query),
        is_filtered=any(query.values()),
    )


@get("/certificates/new", role="editor")
async def show_new(visit: Visit) -> Response:
    """An empty form, for a course where the address names one."""
    return await _form(visit, {"course_id": visit.query("course"), "notify": "yes"}, Errors())


@post("/certificates/new")
async def issue(visit: Visit) -> Response:
    """A certificate is issued, and its page is shown."""
    errors = Errors()
    wanted = _read(visit, errors)
    if wanted is not None:

        async def make() -> str:
            return f"/certificates/{(await certificates.issue(visit.caller, wanted, visit.now)).code}"

        with errors.caught():
            return visit.to(await once.place(visit, make), "issued_and_told" if wanted.notify else "issued")
    return await _form(visit, visit.form.values, errors)


def _search(visit: Visit) -> Search:
    course = visit.query("course")
    course_id = typed.identity(course)
    status = next((state for state in STATES if state == (visit.query("status") or "all")), None)
    if status is None or (course and course_id is None):
        raise Refused("not_found", "There is no such list of certificates.")
    question = visit.query("q")[:_LONGEST_QUESTION]
    return Search(visit.organization.id, question, status, course_id, cursors.beginning(visit), A_PAGE)


def _read(visit: Visit, errors: Errors) -> certificates.Wanted | None:
    """What was typed; None where something is wrong with it, and then all of that is told."""
    form = visit.form
    course_id = typed.identity(form.text("course_id"))
    if course_id is None:
        errors["course_id"] = "Choose a course."
    (name, email), issued_at = holder_form.read(form, errors), None
    with errors.caught():
        issued_at = typed.day(form.text("issued_at"), "issued_at", visit.now.date())
    if errors or course_id is None:
        return None
    return certificates.Wanted(course_id, name, email, issued_at, notify=form.flag("notify"))


async def _form(visit: Visit, form: Mapping[str, str], errors: Errors) -> Response:
    found = await _courses(visit, typed.identity(form.get("course_id", "")))
    return visit.page(
        "dashboard/certificate_new.html",
        _INVALID if errors else 200,
        here=HERE,
        form={**dict.fromkeys((*LABELS, "notify"), ""), **form},
        errors=errors,
        labels=LABELS,
        courses=found,
        choices=_choices(found),
    )


async def _courses(visit: Visit, chosen: UUID | None) -> list[Course]:
    """What can be chosen: the newest courses, and the chosen one however old it is."""
    page = await visit.work(courses.page(visit.organization.id, None, None))
    if chosen is None or not page.has_more or chosen in {course.id for course in page.items}:
        return page.items
    return [*page.items, await visit.work(courses.read(visit.organization.id, chosen))]


def _choices(found: list[Course]) -> list[tuple[str, str]]:
    named: dict[str, list[Course]] = {}
    for course in sorted(found, key=lambda course: (course.name.casefold(), course.created_at)):
        named.setdefault(course.name.casefold(), []).append(course)
    return [
        (str(course.id), label) for alike in named.values() for course, label in zip(alike, _labels(alike), strict=True)
    ]


def _labels(alike: list[Course]) -> list[str]:
    """What tells courses of one name apart: nothing for a single one, else the level, the day or the moment of each."""
    if len(alike) == 1:
        return [alike[0].name]
    told = [[tell(course) for course in alike] for tell in _TELLING]
    apart = next((one for one in told if all(one) and len(set(one)) == len(alike)), told[-1])
    return [f"{course.name} ({word})" for course, word in zip(alike, apart, strict=True)]


ENTRIES = (show_all, show_new, issue)
