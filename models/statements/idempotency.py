"""Statements about the answers that are kept to be given again."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from models.database import instant, is_postgres, rows
from models.statements.inserts import New, insert

_OF_KEY = """SELECT fingerprint, status, location, body, sealed, created_at FROM idempotency_record
WHERE organization_id = $1 AND key = $2"""


class Kept(NamedTuple):
    """An answer as it is kept; sealed ones are encrypted."""

    fingerprint: str
    status: int
    location: str | None
    body: bytes
    sealed: bool
    created_at: datetime


async def one_at_a_time(organization_id: UUID, key: str) -> None:
    """On PostgreSQL, wait until nobody else carries out a request with this key, and let nobody else until the end."""
    if is_postgres():
        await rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"idempotency:{organization_id}:{key}")


async def kept(organization_id: UUID, key: str) -> Kept | None:
    """The answer that is kept under a key, however old."""
    found = await rows(_OF_KEY, organization_id, key)
    if not found:
        return None
    fingerprint, status, location, body, sealed, created_at = found[0]
    return Kept(fingerprint, status, location, bytes(body), bool(sealed), instant(created_at))


async def drop(organization_id: UUID, key: str) -> None:
    """Nothing is kept under a key."""
    await rows("DELETE FROM idempotency_record WHERE organization_id = $1 AND key = $2", organization_id, key)


async def keep(row: dict[str, Any]) -> None:
    """An answer is kept."""
    await insert([New("idempotency_record", [row])])
