"""What a clock that jumped ahead has put out of reach comes back once it runs right again."""

from datetime import datetime, timedelta

from models import Delivery, Mail

FARTHEST = timedelta(days=30)
"""Further ahead than any pause between two attempts."""
AT_ONCE = 1000


async def bring_back(now: datetime) -> int:
    """Deliveries and mails that are due later than any pause could make them are due now; some at a time, and counted."""
    brought = 0
    for queue in (Delivery, Mail):
        lost = queue.filter(due_at__gt=now + FARTHEST).order_by("id").limit(AT_ONCE)
        ids = [identity for (identity,) in await lost.values_list("id")]
        # Unless somebody has set it right meanwhile.
        still = queue.filter(id__in=ids, due_at__gt=now + FARTHEST)
        brought += await still.update(due_at=now, lease=None) if ids else 0
    return brought
