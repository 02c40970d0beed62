"""Certificates whose expiry date has passed are marked, so that lists find them by an index."""

from datetime import datetime

from models.database import fetch, is_postgres
from rules.instants import EARLIEST

BATCH = 500

OPEN = {"expired_noted_at__isnull": True, "revoked_at__isnull": True, "renewed_by_id__isnull": True}
"""Neither marked, nor revoked, nor renewed: what the index of the open certificates holds."""

_DUE = "expires_at <= $1 AND expired_noted_at IS NULL AND revoked_at IS NULL AND renewed_by_id IS NULL"


def noted() -> dict[str, object]:
    """Marked, and neither revoked nor renewed: what the index of the expired certificates holds.

    Each database is asked in the words in which it recognises the index's condition: Tortoise writes "is not null" as
    NOT … IS NULL, which SQLite does not; a comparison PostgreSQL would take for a reason to look elsewhere.
    """
    marked = {"expired_noted_at__isnull": False} if is_postgres() else {"expired_noted_at__gt": EARLIEST}
    return {**marked, "revoked_at__isnull": True, "renewed_by_id__isnull": True}


async def note(now: datetime) -> int:
    """Mark a batch of certificates that have fallen due, and say how many. Several processes may do so at once."""
    skip = " FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    due = f"SELECT id FROM certificate WHERE {_DUE} ORDER BY expires_at LIMIT {BATCH}{skip}"  # noqa: S608  # constants
    marked = await fetch(
        f"UPDATE certificate SET expired_noted_at = $1 WHERE id IN ({due}) AND {_DUE} RETURNING id",  # noqa: S608  # constants
        now,
    )
    return len(marked)
