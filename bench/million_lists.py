"""Whether lists show exactly what the pure rule says of every certificate."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

from bench.million_questions import SHOWN, Asker, Course, Row, scan
from bench.proof import Proof
from services import certificate_lists
from services.certificate_lists import Choice, Wanted

PAGE, LARGE_PAGE = 50, 1000
WINDOWS, PAGES = 20, 3
COURSES: tuple[Course | None, ...] = (None, "usual", "over", "empty")


async def compare_all(asker: Asker, proof: Proof, *, pages_of: int = PAGE) -> None:
    """Walk every page of every choice."""
    name = _name(asker)
    for choice in SHOWN:
        for course in COURSES:
            expected = _expected(asker.rows, choice, course)
            wrong = await _walk(asker, proof, choice, expected, pages_of, course=course)
            what = f"status={choice}{_of(course)}"
            proof.hold(f"{name}: {what} is the verdict on every row ({len(expected):,} shown)", *wrong)


async def compare_at_other_times(asker: Asker, proof: Proof) -> None:
    """Walk every page as of moments when more has fallen due than is marked: an expiry to the microsecond, and later."""
    now = datetime.now(UTC)
    with asker.filled.tables:
        last = await certificate_lists.page(Wanted(asker.filled.organization_id, "valid", None, None, PAGE), now)
    edge = min((item.expires_at for item in last.items if item.expires_at is not None), default=now)
    for moment in (edge - timedelta(microseconds=1), edge, now + timedelta(days=300)):
        wrong = []
        rows = await scan(asker.filled, moment)
        for choice in SHOWN:
            expected = _expected(rows, choice)
            wrong += await _walk(asker, proof, choice, expected, PAGE, now=moment)
        proof.hold(f"{_name(asker)}: every list is the verdict on every row at {moment:%Y-%m-%d %H:%M:%S.%f}", *wrong)


async def compare_windows(asker: Asker, proof: Proof) -> None:
    """Walk some pages at both ends, from places drawn by lot and past the end, for every choice."""
    for choice, course in product(SHOWN, COURSES):
        expected = _expected(asker.rows, choice, course)
        starts, last = [0, len(expected)] if expected else [0], len(expected) - PAGES * PAGE
        if last > 0:
            starts += [last, *(asker.chance.randrange(last) for _ in range(WINDOWS))]
        wrong, seen = [], 0
        for start in starts:
            part = expected[start : start + PAGES * PAGE]
            seen += len(part)
            more = start + len(part) < len(expected)
            before = expected[start - 1].created_at if start else None
            wrong += await _walk(asker, proof, choice, part, PAGE, course=course, before=before, more=more)
        places = f"both ends and {WINDOWS} places, " if last > 0 else ""
        places += f"{seen:,} read of {len(expected):,}"
        proof.hold(f"{_name(asker)}: status={choice}{_of(course)} is the verdict on every row ({places})", *wrong)


def _name(asker: Asker) -> str:
    return f"{asker.filled.population.rows:,} rows, {asker.filled.population.name} expired"


def _of(course: Course | None) -> str:
    return (
        ""
        if course is None
        else {"usual": ", a course", "over": ", a course that is over", "empty": ", an empty course"}[course]
    )


def _expected(rows: Sequence[Row], choice: Choice, course: Course | None = None) -> list[Row]:
    return [row for row in rows if row.status in SHOWN[choice] and course in (None, row.course)]


async def _walk(
    asker: Asker,
    proof: Proof,
    choice: Choice,
    expected: list[Row],
    size: int,
    *,
    course: Course | None = None,
    now: datetime | None = None,
    before: datetime | None = None,
    more: bool = False,
) -> list[str]:
    """Read pages until so many items were expected; where that ends the list, its last page must say so."""
    course_id = asker.course_id(course)
    now = now or datetime.now(UTC)
    shown = 0
    while True:
        wanted = Wanted(asker.filled.organization_id, choice, course_id, before, size)
        with asker.filled.tables:
            page = await certificate_lists.page(wanted, now)
        should = [(row.code, row.status) for row in expected[shown : shown + size]]
        is_now = [(item.code, item.verdict(now).status) for item in page.items]
        shown += len(should)
        ends = shown == len(expected)
        if is_now[: len(should)] != should or page.has_more != (more or not ends):
            return [
                f"status={choice}, from {before}: expected {should[:3]}…, shown {is_now[:3]}…, more {page.has_more}"
            ]
        if ends:
            return []
        before = page.items[-1].created_at
        proof.now_and_then(f"{_name(asker)}: status={choice}, {shown:,} of {len(expected):,} compared")
