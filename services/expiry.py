"""Certificates whose expiry is near or past: each is announced once, with a mark by which lists find it, too."""

from datetime import datetime

from tortoise.transactions import in_transaction

from models.database import fetch, is_postgres
from rules.events import EventKind
from rules.validity import EXPIRING_FOR
from services import certificates, events

BATCH = 100
"""With fifty endpoints each, that is as much as one transaction writes without keeping others waiting."""

OPEN = {"expired_noted_at__isnull": True, "revoked_at__isnull": True, "renewed_by_id__isnull": True}
"""Neither marked, nor revoked, nor renewed: what the index of the open certificates holds."""

_STANDING = "revoked_at IS NULL AND renewed_by_id IS NULL AND expires_at <= $1"
_ABOUT_TO_EXPIRE = f"expiring_noted_at IS NULL AND {_STANDING}"
# What has expired was about to before, and is told so first, however long nobody looked.
_EXPIRED = f"expired_noted_at IS NULL AND expiring_noted_at IS NOT NULL AND {_STANDING}"


async def announce_expiring(now: datetime) -> int:
    """A batch of certificates that expire within 30 days is announced, and counted."""
    due = _due("expiring_noted_at", _ABOUT_TO_EXPIRE)
    return await _announce("certificate.expiring", due, now + EXPIRING_FOR, now)


async def announce_expired(now: datetime) -> int:
    """A batch of certificates that have expired is announced, and counted."""
    return await _announce("certificate.expired", _due("expired_noted_at", _EXPIRED), now, now)


async def _announce(kind: EventKind, statement: str, until: datetime, now: datetime) -> int:
    """Mark and event commit together, so that each is told once, by whichever of several schedulers gets hold of it."""
    async with in_transaction():
        marked = await fetch(statement, until, now)
        if marked:
            rows = await certificates.with_all().filter(id__in=[row["id"] for row in marked])
            told = {row.id: row.expiring_noted_at for row in rows if row.expiring_noted_at}
            # Each is told once, even of a certificate whose mark somebody took away.
            known = await events.known(kind, [row.id for row in rows])
            fresh = [certificates.as_rule(row) for row in rows if row.id not in known]
            await events.record_all(kind, fresh, now, told if kind == "certificate.expired" else None)
    return len(marked)


def _due(mark: str, condition: str) -> str:
    skip = " FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    due = f"SELECT id FROM certificate WHERE {condition} ORDER BY expires_at LIMIT {BATCH}{skip}"  # noqa: S608  # constants
    return (
        # Looked up once: within IN, PostgreSQL may look again for every row, and find others each time.
        f"WITH due AS MATERIALIZED ({due}) UPDATE certificate SET {mark} = $2"  # noqa: S608  # constants
        f" WHERE id IN (SELECT id FROM due) AND {condition} RETURNING id"
    )
