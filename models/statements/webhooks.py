"""Statements about endpoints."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from models.database import is_postgres, rows


async def takers(organization_ids: Collection[UUID]) -> Sequence[Sequence[Any]]:
    """Id, organization and chosen kinds of the enabled endpoints of some organizations.

    They are not cleared away until the transaction ends.
    """
    places = ", ".join(f"${number}" for number in range(1, len(organization_ids) + 1))
    lock = " FOR KEY SHARE" if is_postgres() else ""
    return await rows(
        "SELECT id, organization_id, events FROM webhook"  # noqa: S608  # places only
        f" WHERE organization_id IN ({places}) AND disabled_at IS NULL{lock}",
        *organization_ids,
    )
