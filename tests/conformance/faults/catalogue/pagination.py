"""Faults of pages: items that come twice or never, cursors that lead elsewhere."""

import base64
from datetime import datetime, timedelta

from tests.conformance.faults.breaking import (
    Seen,
    alter,
    answers,
    asked,
    asks,
    both,
    forgiving,
    is_,
    not_,
    not_found,
    put,
    query,
    reshape,
    unprocessable,
    where,
)
from tests.conformance.faults.fault import Rule, fault
from tests.conformance.faults.messages import Ask, Json, Memory, Message, Reply, Request
from tests.conformance.faults.world import remembered, shown_otherwise

LIST, COURSES = "list_certificates", "list_courses"
LISTS = f"{LIST} {COURSES}"
MICROSECOND = timedelta(microseconds=1)


def cursor_moved(by: timedelta) -> Rule:
    """Pages begin a little earlier or later than their cursor says."""

    def moved(message: Message, _seen: Seen) -> None:
        assert isinstance(message, Request)
        given = dict(message.query)["cursor"]
        at = datetime.fromisoformat(given) + by
        query("cursor", at.isoformat())(message, _seen)

    return asks(LISTS, moved, when=lambda seen: asked("cursor")(seen) and len(dict(seen.request.query)["cursor"]) == 27)


def by_number(request: Request, ask: Ask, memory: Memory) -> Reply:
    """A cursor stands for so many items from the top, whatever has come since."""
    reply = ask(request)
    if request.operation != LIST or reply.status != 200:
        return reply
    places, given = remembered(memory, "places"), dict(request.query)
    course, cursor = given.get("course_id", ""), given.get("cursor")
    if cursor is not None and f"{course} {cursor}" not in places:
        return reply
    begun, size = places.get(f"{course} {cursor}", 0), int(given.get("limit") or 50)
    whole = _all(request, ask)
    if whole is None:
        return reply
    told: Json = reply.json
    told["data"] = whole[begun : begun + size]
    last = told["data"][-1]["created_at"] if told["data"] else None
    told["pagination"] = {"cursor": last, "has_more": begun + size < len(whole)}
    places[f"{course} {last}"] = begun + len(told["data"])
    reply.json = told
    return reply


def _all(request: Request, ask: Ask) -> list[Json] | None:
    found: list[Json] = []
    page = request.copy()
    page.set_query([*((name, value) for name, value in request.query if name not in ("cursor", "limit"))])
    while True:
        told: Json = ask(page).json
        if not isinstance(told, dict) or "data" not in told:
            return None
        found += told["data"]
        if not told["pagination"]["has_more"]:
            return found
        query("cursor", told["pagination"]["cursor"])(page, Seen(page, Reply(), Memory()))


def as_the_issue_dates_are(told: Json, _seen: Seen) -> Json:
    """In the order of the dates of issue."""
    return {**told, "data": sorted(told["data"], key=lambda each: each["issued_at"], reverse=True)}


def full_means_more(told: Json, seen: Seen) -> Json:
    """A page that is full is taken for one with another behind it."""
    size = int(dict(seen.request.query).get("limit") or 50)
    told["pagination"]["has_more"] = len(told["data"]) == size
    return told


def first_as_cursor(told: Json, _seen: Seen) -> Json:
    """The cursor is that of the page's first item."""
    if told["data"]:
        told["pagination"]["cursor"] = told["data"][0]["created_at"]
    return told


def no_last_cursor(told: Json, _seen: Seen) -> Json:
    """The last page has no cursor."""
    if not told["pagination"]["has_more"]:
        told["pagination"]["cursor"] = None
    return told


def opaque_cursor(request: Request, ask: Ask, _memory: Memory) -> Reply:
    """Cursors are encoded, and taken in no other form."""
    if request.operation != LIST:
        return ask(request)
    plain, given = request.copy(), dict(request.query).get("cursor")
    seen = Seen(request, Reply(), _memory)
    if given is not None:
        try:
            query("cursor", base64.urlsafe_b64decode(given).decode())(plain, seen)
        except ValueError:
            query("cursor", "none")(plain, seen)
    reply = ask(plain)
    told: Json = reply.json
    if reply.status == 200 and told["pagination"]["cursor"]:
        told["pagination"]["cursor"] = base64.urlsafe_b64encode(told["pagination"]["cursor"].encode()).decode()
        reply.json = told
    return reply


def cut_to(digits: int) -> Rule:
    """Instants of creation are told less finely."""

    def cut(thing: dict[str, Json], _memory: Memory) -> None:
        if isinstance(thing.get("created_at"), str):
            thing["created_at"] = f"{thing['created_at'][:20]}{thing['created_at'][20 : 20 + digits]:0<6}Z"

    return shown_otherwise(
        "issue_certificate list_certificates get_certificate renew_certificate revoke_certificate update_certificate",
        cut,
    )


def only_own_cursors(request: Request, ask: Ask, memory: Memory) -> Reply:
    """A cursor that the server did not give is refused."""
    given, known = dict(request.query).get("cursor"), remembered(memory, "cursors")
    if request.operation == LIST and given is not None and given not in known:
        reply = ask(request)
        if reply.status == 200:
            unprocessable(reply, Seen(request, reply, memory))
        return reply
    reply = ask(request)
    told: Json = reply.json
    if request.operation == LIST and reply.status == 200:
        known[told["pagination"]["cursor"]] = True
        known |= {each["created_at"]: True for each in told["data"]}
    return reply


def has_cursor(seen: Seen) -> bool:
    """The request goes on from an item."""
    return len(dict(seen.request.query).get("cursor", "")) == len("2026-03-15T10:00:00.123456Z")


def offset_overlooked(message: Message, _seen: Seen) -> None:
    """A cursor's offset is not looked at."""
    assert isinstance(message, Request)
    given = dict(message.query)["cursor"]
    query("cursor", f"{given[:-6]}Z")(message, _seen)


def page_of(size: int) -> Rule:
    """A page holds so many, when nothing is said."""
    return asks(LIST, query("limit", str(size)), when=not_(asked("limit")))


FAULTS = (
    fault(
        "certificates-oldest-first",
        "Certificates are listed with the oldest first.",
        "pagination states courses certificates",
        answers(LIST, reshape(lambda told, _seen: {**told, "data": told["data"][::-1]}), status=200),
    ),
    fault(
        "ordered-by-issue-date",
        "Certificates are listed by their dates of issue.",
        "pagination certificates states",
        answers(LIST, reshape(as_the_issue_dates_are), status=200),
    ),
    fault(
        "page-repeats-an-item",
        "A page begins with the last item of the one before.",
        "pagination",
        cursor_moved(MICROSECOND),
    ),
    fault(
        "page-skips-an-item",
        "Between two pages an item is lost.",
        "pagination",
        answers(
            LIST, reshape(lambda told, _seen: {**told, "data": told["data"][1:]}), status=200, when=asked("cursor")
        ),
    ),
    fault(
        "pages-by-number",
        "A cursor stands for so many items from the top, whatever has come since.",
        "pagination",
        by_number,
    ),
    fault(
        "filter-on-first-page-only",
        "A filter by state holds on the first page only.",
        "pagination",
        asks(LIST, query("status", None), when=has_cursor),
    ),
    fault(
        "course-on-first-page-only",
        "A filter by course holds on the first page only.",
        "pagination",
        asks(LIST, query("course_id", None), when=asked("cursor")),
    ),
    fault(
        "more-when-full",
        "A page that is full claims that there is more.",
        "pagination",
        answers(LIST, reshape(full_means_more), status=200),
    ),
    fault(
        "never-more",
        "No page says that there is more.",
        "pagination contract",
        answers(LIST, put("pagination.has_more", value=False), status=200),
    ),
    fault(
        "always-more",
        "Every page says that there is more.",
        "pagination contract isolation",
        answers(LIST, put("pagination.has_more", value=True), status=200),
    ),
    fault("pages-of-twenty", "A page holds 20 when nothing is said.", "pagination", page_of(20)),
    fault(
        "limit-off-by-one",
        "A page holds one more than it may.",
        "pagination contract",
        asks(
            LIST,
            lambda message, seen: query("limit", str(int(dict(seen.request.query)["limit"]) + 1))(message, seen),
            when=lambda seen: (
                dict(seen.request.query).get("limit", "").isdecimal()
                and 0 < int(dict(seen.request.query)["limit"]) < 50
            ),
        ),
    ),
    fault(
        "limit-of-ten",
        "A page holds 10 at most.",
        "pagination",
        asks(LIST, query("limit", "10"), when=lambda seen: dict(seen.request.query).get("limit", "") in {"20", "50"}),
    ),
    fault(
        "course-limit-clamped",
        "A limit of courses that may not be is overlooked.",
        "pagination errors",
        forgiving(COURSES, query("limit", None)),
    ),
    fault(
        "empty-limit-is-none",
        "An empty limit is none.",
        "pagination",
        forgiving(LISTS, query("limit", None), when=asked("limit", "")),
    ),
    fault(
        "courses-by-fifty",
        "Without a limit 50 courses are listed.",
        "pagination",
        asks(COURSES, query("limit", "50"), when=both(not_(asked("limit")), not_(asked("cursor")))),
    ),
    fault(
        "course-limit-ignored",
        "The limit of courses is not looked at.",
        "pagination",
        asks(COURSES, query("limit", None), when=asked("limit", "1", "2")),
    ),
    fault(
        "course-cursor-inclusive",
        "A page of courses begins with the last of the one before.",
        "pagination",
        asks(
            COURSES,
            lambda message, seen: query(
                "cursor", (datetime.fromisoformat(dict(seen.request.query)["cursor"]) + MICROSECOND).isoformat()
            )(message, seen),
            when=has_cursor,
        ),
    ),
    fault(
        "cursor-of-first-item",
        "The cursor is the instant of the page's first item.",
        "pagination",
        answers(LIST, reshape(first_as_cursor), status=200),
    ),
    fault(
        "no-last-cursor",
        "The last page has no cursor.",
        "pagination certificates",
        answers(LIST, reshape(no_last_cursor), status=200),
    ),
    fault("cursor-opaque", "A cursor is encoded, and no instant.", "pagination certificates contract", opaque_cursor),
    fault(
        "cursor-in-seconds",
        "The cursor is told in whole seconds.",
        "pagination certificates",
        answers(LISTS, alter("pagination.cursor", lambda at: at and f"{at[:19]}Z")),
    ),
    fault("own-cursors-only", "A cursor that the server did not give is refused.", "pagination", only_own_cursors),
    fault(
        "cursor-offset-overlooked",
        "The offset of a cursor is not looked at.",
        "pagination",
        asks(LISTS, offset_overlooked, when=lambda seen: "+05:30" in dict(seen.request.query).get("cursor", "")),
    ),
    fault(
        "dates-as-cursors",
        "A date is taken for a cursor.",
        "pagination errors",
        forgiving(LISTS, query("cursor", "2026-03-15T00:00:00Z"), when=asked("cursor", "2026-03-15")),
    ),
    fault(
        "empty-cursor-is-none",
        "An empty cursor is none.",
        "pagination",
        forgiving(LISTS, query("cursor", None), when=asked("cursor", "")),
    ),
    fault("created-in-milliseconds", "Instants of creation are told in milliseconds.", "pagination", cut_to(3)),
    fault("created-in-seconds", "Instants of creation are told in seconds.", "pagination", cut_to(0)),
    fault(
        "empty-page-not-found",
        "A page without items is 404.",
        "pagination certificates isolation courses states webhooks contract idempotency",
        answers(
            LIST, not_found, when=both(is_("GET"), lambda seen: seen.reply.status == 200, not_(where("data.0.id")))
        ),
    ),
    fault(
        "empty-page-with-cursor",
        "A page without items has a cursor.",
        "pagination",
        answers(LIST, alter("pagination.cursor", lambda at: at or "2026-03-15T10:00:00.000000Z")),
    ),
    fault(
        "empty-page-cursor-left-out",
        "A page without items has no member `cursor`.",
        "pagination contract certificates",
        answers(
            LIST,
            reshape(
                lambda told, _seen: {
                    **told,
                    "pagination": {name: value for name, value in told["pagination"].items() if value is not None},
                }
            ),
            status=200,
        ),
    ),
)
