"""Holders whom the former release knew: what they are found by is made afterwards, some at a time."""

from tortoise.transactions import in_transaction

from models import Certificate
from models.database import is_postgres
from rules import holders

BATCH = 100
"""So many rows change in one transaction, which takes some twenty milliseconds."""


async def fill() -> int:
    """Make the key of some holders who have none, and count them; of several workers at once, each takes others."""
    # In the order of the index that holds these rows alone, so that it is used, and empty when all is done.
    keyless = Certificate.filter(holder_key__isnull=True).order_by("organization_id").limit(BATCH)
    if not await keyless.exists():
        return 0
    async with in_transaction():
        rows = await keyless.select_for_update(skip_locked=True, no_key=is_postgres())
        for row in rows:
            row.holder_key = holders.key(row.holder_name, row.holder_email)
        if rows:
            await Certificate.bulk_update(rows, ["holder_key"])
    return len(rows)
