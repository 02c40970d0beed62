"""Pages of a list, as the contract cuts them."""

from collections.abc import Sequence
from datetime import datetime

from rules import instants
from wire.schemas import Certificate, Course, Pagination


def instant_of(cursor: str | None) -> datetime | None:
    """A cursor is the instant at which the next page begins."""
    return None if cursor is None else instants.cursor(cursor, "query.cursor")


def paginated(items: Sequence[Certificate] | Sequence[Course], *, has_more: bool) -> dict[str, object]:
    """Items with the way to the next page: the `created_at` of the last one, null where there is none."""
    pagination: Pagination = {"cursor": items[-1]["created_at"] if items else None, "has_more": has_more}
    return {"data": items, "pagination": pagination}
