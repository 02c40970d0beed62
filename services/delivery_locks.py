"""Locks on deliveries: taken in one order, and before the endpoint's own row by whoever changes that too."""

from collections.abc import Sequence
from uuid import UUID

from models import Delivery
from models.database import is_postgres


async def hold(delivery_ids: Sequence[UUID]) -> list[Delivery]:
    """These deliveries, which nobody else changes until the transaction ends; so nobody waits in a circle."""
    rows = Delivery.filter(id__in=list(delivery_ids)).order_by("id")
    return await rows.select_for_update(no_key=is_postgres()) if delivery_ids else []
