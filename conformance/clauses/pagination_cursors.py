"""Cursors: what they are, that anybody may make one, and the instants that they are made of."""

from collections import Counter
from datetime import timedelta, timezone
from typing import Any

from .. import asked
from ..asked import CERTIFICATES, COURSES, each
from ..clause import must
from ..findings import require
from ..instants import instant
from ..lists import lists
from ..refusals import refused
from ..trial import Trial

HALF_AN_HOUR_EAST = timezone(timedelta(hours=5, minutes=30))
MICROSECOND = timedelta(microseconds=1)


@must("pagination/cursor", "reference/certificates/pagination", "rulings/pagination/cursor")
def cursor(trial: Trial) -> None:
    """`pagination.cursor` is the `created_at` of the page's last item, letter by letter, also on the last page."""
    crowd = lists(trial).crowd
    for answer in asked.pages(trial, course_id=crowd.course["id"], limit=20):
        last = each(answer, "created_at")[-1:]
        answer.expect_member("pagination.cursor", last[0] if last else None)


@must(
    "pagination/computed-cursor",
    "reference/certificates/cursor",
    "rulings/pagination/computed",
    "openapi.yaml#/components/parameters/Cursor",
)
def computed_cursor(trial: Trial) -> None:
    """Any instant is a cursor, written with any offset: the page holds what was created before it, and that only."""
    crowd = lists(trial).crowd
    codes = [str(certificate["code"]) for certificate in crowd.certificates]
    moment = instant(crowd.certificates[40]["created_at"])
    east = moment.astimezone(HALF_AN_HOUR_EAST).isoformat()
    for given, wanted in (
        (moment.isoformat(), codes[41:]),
        (east, codes[41:]),
        ((moment + MICROSECOND).isoformat(), codes[40:]),
        ("2200-01-01T00:00:00Z", codes[:50]),
        ("1970-01-01T00:00:00Z", []),
    ):
        answer = asked.page(trial, course_id=crowd.course["id"], cursor=given)
        found = list(map(str, each(answer, "code")))
        told = f"After the cursor {given} come {len(found)} certificates, not the {len(wanted)} created before it."
        require(found == wanted, told, answer)


@must("pagination/cursor-refused", "openapi.yaml#/components/schemas/Cursor")
def cursor_refused(trial: Trial) -> None:
    """A cursor that is no date and time with its offset is refused with 422, for courses as well."""
    for path in (CERTIFICATES, COURSES):
        for wrong in ("2", "next", "2026-03-15", "2026-03-15T10:00:00", "2026-02-30T10:00:00Z", ""):
            refused(f"cursor={wrong} of {path}", trial.academy.get(path, params={"cursor": wrong}))


@must("pagination/microseconds", "rulings/pagination/microseconds", "openapi.yaml#/components/schemas/Cursor")
def microseconds(trial: Trial) -> None:
    """`created_at` tells microseconds, so that it can cut a list between two certificates of one second."""
    shown = [instant(certificate["created_at"]) for certificate in lists(trial).crowd.certificates]
    finer = [moment for moment in shown if moment.microsecond % 1000]
    # One in a thousand instants is a whole millisecond; half of them never are.
    require(
        len(finer) * 2 > len(shown), f"Only {len(finer)} of {len(shown)} `created_at` are finer than a millisecond."
    )


@must("pagination/unique", "rulings/pagination/unique")
def unique(trial: Trial) -> None:
    """No two certificates of an organization have the same `created_at`, also when several are issued at once."""
    certificates = lists(trial).crowd.certificates
    ((moment, count),) = Counter(str(each["created_at"]) for each in certificates).most_common(1)
    require(count == 1, f"{count} of {len(certificates)} certificates were created at {moment}.")


@must("pagination/empty", "rulings/pagination/empty", "openapi.yaml#/components/schemas/NullableCursor")
def empty(trial: Trial) -> None:
    """A page without items is answered 200 with an empty array, a cursor of null, and nothing more behind it.

    On any other page the cursor is not null.
    """
    course = trial.stage.new_course(name="Conformance, empty")
    params: dict[str, Any] = {"course_id": course["id"]}
    for more in ({}, {"cursor": "1970-01-01T00:00:00Z"}, {"status": "expired"}):
        answer = asked.page(trial, **params, **more).expect_described().expect_member("data", [])
        answer.expect_member("pagination.cursor", None).expect_member("pagination.has_more", value=False)
    trial.stage.new_certificate(course, notify=False)
    answer = asked.page(trial, **params)
    answer.expect_member("pagination.cursor", answer.member("data.0.created_at"))


CURSORS = (cursor, computed_cursor, cursor_refused, microseconds, unique, empty)
