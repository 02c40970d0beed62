"""Statements about what organizations have used of their plans."""

from typing import Literal
from uuid import UUID

from models.database import rows

Kind = Literal["certificates", "courses"]


async def count(organization_id: UUID, kind: Kind, limit: int) -> bool:
    """Count one more, unless as many as the limit are counted: answers whether it was."""
    sql = (
        f"UPDATE organization SET {kind}_used = {kind}_used + 1"  # noqa: S608  # one of two words
        f" WHERE id = $1 AND {kind}_used < $2 RETURNING id"
    )
    return bool(await rows(sql, organization_id, limit))
