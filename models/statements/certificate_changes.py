"""Statements that hold certificates, and change what has become of them."""

from datetime import datetime
from uuid import UUID

from models.database import is_postgres, rows


async def hold(organization_id: UUID, code: str) -> None:
    """Nobody else changes a certificate of an organization until the transaction ends."""
    if is_postgres():  # SQLite has one writer at a time
        await rows(
            "SELECT id FROM certificate WHERE code = $1 AND organization_id = $2 FOR NO KEY UPDATE",
            code,
            organization_id,
        )


async def revoke(certificate_id: UUID, revoked_at: datetime, reason: str | None) -> bool:
    """A certificate that nobody has revoked is revoked: answers whether it was."""
    changed = await rows(
        "UPDATE certificate SET revoked_at = $2, revocation_reason = $3"
        " WHERE id = $1 AND revoked_at IS NULL RETURNING id",
        certificate_id,
        revoked_at,
        reason,
    )
    return bool(changed)


async def replace(certificate_id: UUID, successor_id: UUID) -> None:
    """Another certificate takes a certificate's place."""
    await rows("UPDATE certificate SET renewed_by_id = $2 WHERE id = $1", certificate_id, successor_id)
