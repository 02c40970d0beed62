"""Whose turn it is: one organization with many endpoints must not make the others wait until all of them were visited."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from services.delivery_queue import Due

AT_A_TIME = 4
"""Endpoints of one organization that are visited before it is asked anew who is due."""


def turn(due: Sequence[Due]) -> list[Due]:
    """The first few of each organization in their order, and the first of each before the second of any.

    >>> one, other = UUID(int=1), UUID(int=2)
    >>> [each.webhook_id.int for each in turn([Due(UUID(int=3), one), Due(UUID(int=4), one), Due(UUID(int=5), other)])]
    [3, 5, 4]
    """
    seen: Counter[UUID] = Counter()
    placed = []
    for each in due:
        placed.append((seen[each.organization_id], each))
        seen[each.organization_id] += 1
    return [each for place, each in sorted(placed, key=lambda one: one[0]) if place < AT_A_TIME]
