"""Locks on an organization as a whole: shared by whoever makes something in it, held alone by whoever changes its terms.

Locks on its row would do the same, but are not handed out in turn: under steady issuing, whoever wants the row alone
may wait for ever. These are, and end with the transaction. SQLite needs none: it has one writer at a time.
"""

from collections.abc import Collection
from uuid import UUID

from models.database import is_postgres, rows


async def share(organization_id: UUID) -> None:
    """Go on beside others, but not beside a change of the organization's terms."""
    await _lock("pg_advisory_xact_lock_shared", f"organization:{organization_id}")


def sharing(organization_id: UUID) -> str:
    """The statement of `share` on PostgreSQL, with its value in it."""
    # An identifier's digits, which are all that can be in it.
    return f"SELECT pg_advisory_xact_lock_shared(hashtextextended('organization:{organization_id}', 0))"  # the same


async def share_all(organization_ids: Collection[UUID]) -> None:
    """The same for several, in the one order in which anybody takes more than one."""
    for organization_id in sorted(organization_ids):
        await share(organization_id)


async def hold(organization_id: UUID) -> None:
    """Wait until nobody is making anything in the organization, and keep it so."""
    await _lock("pg_advisory_xact_lock", f"organization:{organization_id}")


async def hold_feed(organization_id: UUID) -> None:
    """Give places in the organization's feed one after the other; nobody who makes events waits for it."""
    await _lock("pg_advisory_xact_lock", f"feed:{organization_id}")


async def _lock(function: str, name: str) -> None:
    if is_postgres():
        await rows(f"SELECT {function}(hashtextextended($1, 0))", name)  # ours
