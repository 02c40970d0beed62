"""Lists of certificates, exact at any moment and quick at any size.

Whether a certificate has expired changes by the clock alone, so no index can hold it. A mark does: `expiry.note` sets it on
what has fallen due, and partial indexes serve both sides of it. What fell due and is not marked yet is looked up by its
date, so that a list never depends on how lately the marks were set.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models import Certificate
from rules import certificates as rule
from services import certificates, expiry
from services.pagination import Page

Choice = Literal["valid", "expired", "all"]
LAGGING = 5000
"""How many unmarked ones are looked up by their expiry date; where there are more, the list is walked instead."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which certificates of an organization, and which page of them."""

    organization_id: UUID
    choice: Choice
    course_id: UUID | None
    before: datetime | None
    limit: int


async def page(wanted: Wanted, now: datetime) -> Page[rule.Certificate]:
    """A page of certificates, newest first, each decided as its verdict at `now` decides it."""
    rows = await _READERS[wanted.choice](wanted, now)
    items = [certificates.as_rule(row) for row in rows[: wanted.limit]]
    return Page(items, has_more=len(rows) > wanted.limit)


def _wanted(wanted: Wanted) -> QuerySet[Certificate]:
    found = certificates.with_all().filter(organization_id=wanted.organization_id)
    if wanted.course_id is not None:
        found = found.filter(course_id=wanted.course_id)
    return found if wanted.before is None else found.filter(created_at__lt=wanted.before)


def _newest(found: QuerySet[Certificate], limit: int) -> QuerySet[Certificate]:
    return found.order_by("-created_at").limit(limit + 1)


async def _all(wanted: Wanted, _now: datetime) -> list[Certificate]:
    return await _newest(_wanted(wanted), wanted.limit)


async def _valid(wanted: Wanted, now: datetime) -> list[Certificate]:
    standing = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    return await _newest(_wanted(wanted).filter(standing, **expiry.OPEN), wanted.limit)


async def _expired(wanted: Wanted, now: datetime) -> list[Certificate]:
    # The unmarked first: one that is marked in between is then seen twice and never missed.
    due = await _due(wanted, now)
    noted = await _newest(_wanted(wanted).filter(**expiry.noted()), wanted.limit)
    each = {row.id: row for row in (*due, *noted)}
    return sorted(each.values(), key=lambda row: row.created_at, reverse=True)[: wanted.limit + 1]


async def _due(wanted: Wanted, now: datetime) -> list[Certificate]:
    due = _wanted(wanted).filter(expires_at__lte=now, **expiry.OPEN)
    # Ordered by its index: without that, the planner may walk every open certificate to find that none is due.
    found = await due.order_by("expires_at").limit(LAGGING + 1).values_list("created_at", "id")
    if len(found) > LAGGING:  # so many that walking by creation meets them soon
        return await _newest(due, wanted.limit)
    newest = [identity for _, identity in sorted(found, reverse=True)[: wanted.limit + 1]]
    return await certificates.with_all().filter(id__in=newest) if newest else []


_READERS = {"all": _all, "valid": _valid, "expired": _expired}
