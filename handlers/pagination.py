"""Pages of a list, as the contract cuts them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from rules import instants
from wire.schemas import (
    Certificate,
    Course,
    Delivery,
    DeliveryPagination,
    FeedEvent,
    FeedPagination,
    Pagination,
    Webhook,
)

FIELD = "query.cursor"


def instant_of(cursor: str | None) -> datetime | None:
    """A cursor is the instant at which the next page begins."""
    return None if cursor is None else instants.cursor(cursor, FIELD)


def paginated(
    items: Sequence[Certificate] | Sequence[Course] | Sequence[Webhook], *, has_more: bool
) -> dict[str, object]:
    """Items with the way to the next page: the `created_at` of the last one, null where there is none."""
    pagination: Pagination = {"cursor": items[-1]["created_at"] if items else None, "has_more": has_more}
    return {"data": items, "pagination": pagination}


def delivery_of(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Many deliveries begin in one instant, so the cursor names the last one too."""
    if cursor is None:
        return None
    instant, _, identity = cursor.partition("_")
    return instants.parse(instant, FIELD), UUID(identity)


def deliveries_paginated(items: Sequence[Delivery], *, has_more: bool) -> dict[str, object]:
    """Deliveries with the way to the next page, null where there is none."""
    last = f"{items[-1]['created_at']}_{items[-1]['id']}" if items else None
    pagination: DeliveryPagination = {"cursor": last, "has_more": has_more}
    return {"data": items, "pagination": pagination}


def feed(items: Sequence[FeedEvent], last: int | None, cursor: str | None, *, has_more: bool) -> dict[str, object]:
    """Events with the place of the last one, from which the feed goes on; with the one asked for where nothing is new."""
    pagination: FeedPagination = {"cursor": cursor if last is None else str(last), "has_more": has_more}
    return {"data": items, "pagination": pagination}
