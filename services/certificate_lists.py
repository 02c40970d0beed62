"""Lists of certificates, exact at any moment and quick at any size.

Whether a certificate has expired changes by the clock alone, so no index can hold it. A mark does: `expiry.note` sets it on
what has fallen due, and partial indexes serve both sides of it. What fell due and is not marked yet is looked up by its
date, so that a list never depends on how lately the marks were set.
"""

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Literal, NamedTuple
from uuid import UUID

from models.statements import certificates as statements
from models.statements.certificates import Part
from models.statements.columns import Row
from rules.certificates import Listed
from services.pagination import Page

Choice = Literal["valid", "expired", "all"]
LAGGING = 5000
"""How many unmarked ones are looked up by their expiry date; where there are more, the list is walked instead."""

_ID, _CREATED_AT = (Listed._fields.index(name) for name in ("id", "created_at"))


class Wanted(NamedTuple):
    """Which certificates of an organization, and which page of them."""

    organization_id: UUID
    choice: Choice
    course_id: UUID | None
    before: datetime | None
    limit: int


async def page(wanted: Wanted, now: datetime) -> Page[Listed]:
    """A page of certificates, newest first, each decided as its verdict at `now` decides it."""
    part, most = Part(wanted.organization_id, wanted.course_id, wanted.before), wanted.limit + 1
    rows = await (
        _expired(part, now, most) if wanted.choice == "expired" else statements.newest(part, wanted.choice, now, most)
    )
    return Page(list(map(Listed._make, rows[: wanted.limit])), has_more=len(rows) > wanted.limit)


async def _expired(part: Part, now: datetime, most: int) -> Sequence[Row]:
    # The unmarked first: one that is marked in between is then seen twice and never missed.
    due = await _due(part, now, most)
    noted = await statements.newest(part, "noted", now, most)
    each = {row[_ID]: row for row in (*due, *noted)}
    return sorted(each.values(), key=itemgetter(_CREATED_AT), reverse=True)[:most]


async def _due(part: Part, now: datetime, most: int) -> Sequence[Row]:
    found = await statements.soonest_due(part, now, LAGGING + 1)
    if len(found) > LAGGING:  # so many that walking by creation meets them soon
        return await statements.newest(part, "due", now, most)
    newest = [identity for _, identity in sorted(map(tuple, found), reverse=True)[:most]]
    return await statements.of_ids(newest) if newest else []
