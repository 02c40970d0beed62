"""Lists of certificates are exact: they hold what the pure verdict says, whatever was marked and whatever was not."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import Certificate, CourseVersion
from rules.validity import verdict
from services import certificate_lists, courses, expiry, organizations
from services.callers import Caller
from services.certificate_lists import LAGGING, Choice, Wanted
from tests.rules.facts import Facts

pytestmark = pytest.mark.usefixtures("alone")

NOW = datetime(2026, 6, 1, tzinfo=UTC)
IN_CHOICE: dict[str, set[str]] = {
    "valid": {"valid", "never_expires"},
    "expired": {"expired"},
    "all": {"valid", "never_expires", "expired", "renewed", "revoked"},
}


@dataclass
class Shelf:
    """An organization with two courses, to be filled with certificates."""

    organization_id: UUID
    versions: tuple[CourseVersion, CourseVersion]
    filled: int = 0

    async def put(self, facts: list[dict[str, Any]]) -> list[Certificate]:
        """Certificates with these facts, each newer than the one before."""
        rows = [
            Certificate(
                id=uuid4(),
                code=f"TRC-AAA-26-{uuid4().hex[:10]}",
                organization_id=self.organization_id,
                course_id=self.versions[number % 2].course_id,
                course_version_id=self.versions[number % 2].id,
                holder_name="Jane Doe",
                holder_email="jane@example.com",
                issued_at=NOW - timedelta(days=900),
                created_at=NOW - timedelta(days=900) + timedelta(microseconds=number),
                **columns,
            )
            for number, columns in enumerate(facts, self.filled)
        ]
        self.filled += len(rows)
        await Certificate.bulk_create(rows, batch_size=200)
        return rows


async def shelf() -> Shelf:
    made = await organizations.create(name="Example Academy", email="a@example.com", url=None, plan=None, now=NOW)
    first, second = [await courses.create(Caller(made.id), {"name": "Web"}, NOW) for _ in range(2)]
    one, other = [await CourseVersion.get(course_id=course.id) for course in (first, second)]
    return Shelf(made.id, (one, other))


async def walked(shelf: Shelf, choice: Choice, course: UUID | None, limit: int) -> list[UUID]:
    """The ids on every page."""
    ids: list[UUID] = []
    before: datetime | None = None
    while True:
        page = await certificate_lists.page(Wanted(shelf.organization_id, choice, course, before, limit), NOW)
        ids += [item.id for item in page.items]
        if not page.has_more:
            return ids
        assert len(page.items) == limit
        before = page.items[-1].created_at


def expected(rows: list[Certificate], choice: str, course: UUID | None) -> list[UUID]:
    """What the verdict says of each row, newest first."""
    return [
        row.id
        for row in reversed(rows)
        if course in {None, row.course_id}  # type: ignore[attr-defined]
        and verdict(Facts(row.expires_at, row.revoked_at, row.renewed_by_id is not None), NOW).status  # type: ignore[attr-defined]
        in IN_CHOICE[choice]
    ]


instants = st.none() | st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days))
facts = st.fixed_dictionaries(
    {
        "expires_at": instants,
        "revoked_at": st.none() | st.none() | st.just(NOW - timedelta(days=1)),
        "renewed": st.sampled_from([False, False, True]),
        "noted": st.booleans(),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    population=st.lists(facts, max_size=30),
    limit=st.integers(1, 50),
    choice=st.sampled_from(["valid", "expired", "all"]),
)
@pytest.mark.parametrize("by_course", [False, True])
async def test_a_list_holds_exactly_what_the_verdict_says(
    population: list[dict[str, Any]], limit: int, choice: Choice, *, by_course: bool
) -> None:
    own = await shelf()
    successors = await own.put([{} for one in population if one["renewed"]])
    unused = iter(successors)
    described = [
        {
            "expires_at": one["expires_at"],
            "revoked_at": one["revoked_at"],
            "renewed_by_id": next(unused).id if one["renewed"] else None,
            # A mark is set only on what has fallen due, and may be late.
            "expired_noted_at": NOW if one["noted"] and one["expires_at"] and one["expires_at"] <= NOW else None,
        }
        for one in population
    ]
    rows = successors + await own.put(described)
    course: UUID | None = own.versions[0].course_id if by_course else None
    assert await walked(own, choice, course, limit) == expected(rows, choice, course)


@pytest.mark.parametrize("lagging", [1000, LAGGING])
async def test_more_than_a_thousand_unmarked_ones_are_all_listed(monkeypatch: pytest.MonkeyPatch, lagging: int) -> None:
    monkeypatch.setattr(certificate_lists, "LAGGING", lagging)
    own = await shelf()
    due = {"expires_at": NOW - timedelta(days=1)}
    rows = await own.put([due if number % 4 else {} for number in range(1600)])
    assert len(expected(rows, "expired", None)) == 1200
    for choice in ("expired", "valid"):
        assert await walked(own, choice, None, 50) == expected(rows, choice, None)


async def test_marking_changes_no_list_and_no_verdict() -> None:
    own = await shelf()
    rows = await own.put(
        [{"expires_at": NOW - timedelta(days=1)}, {"expires_at": NOW}, {"expires_at": NOW + timedelta(1)}, {}]
    )
    before = [await walked(own, choice, None, 50) for choice in get_args(Choice)]
    while await expiry.announce_expiring(NOW) or await expiry.announce_expired(NOW):
        pass
    marked = [row.id for row in rows if (await Certificate.get(id=row.id)).expired_noted_at is not None]
    assert marked == [rows[0].id, rows[1].id]
    assert [await walked(own, choice, None, 50) for choice in get_args(Choice)] == before
