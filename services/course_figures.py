"""Figures about courses: how many certificates there are of each."""

from collections.abc import Collection
from uuid import UUID

from tortoise.functions import Count

from models import Certificate


async def issued(organization_id: UUID, course_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many certificates were ever issued of each of these courses of an organization."""
    if not course_ids:
        return {}
    own = Certificate.filter(organization_id=organization_id, course_id__in=list(course_ids))
    rows = await own.annotate(count=Count("id")).group_by("course_id").values_list("course_id", "count")
    return dict.fromkeys(course_ids, 0) | dict(rows)
