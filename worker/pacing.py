"""How many deliveries may be under way at once: in all, for each organization, and to each endpoint by how it answers."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

IN_ALL = 256
RESERVED = 64
"""Of these, kept for endpoints whose latest delivery succeeded quickly: a crowd of slow ones cannot take them."""

MOST_OF_ONE = 128
"""Of these, the most for the endpoints of one organization, however many it has and however they behave."""

FIRST, MOST = 4, 16
QUICK_SECONDS = 1.0
"""Whoever takes longer holds places: it is delivered to, and gets no more of them."""


@dataclass(slots=True)
class _Pace:
    organization_id: UUID
    under_way: int = 0
    window: int = FIRST
    proven: bool = False


class Pacing:
    """An endpoint starts slowly, is sent more at once while it is quick, and one at a time after it has failed.

    >>> pacing, endpoint, academy = Pacing(), UUID(int=1), UUID(int=2)
    >>> pacing.room(endpoint, academy)
    4
    >>> pacing.begin(endpoint, academy)
    >>> pacing.end(endpoint, delivered=True, seconds=0.1)
    >>> pacing.room(endpoint, academy)
    8
    """

    def __init__(self) -> None:
        self._paces: dict[UUID, _Pace] = {}
        self._of_one: Counter[UUID] = Counter()
        self._in_all = 0
        self._unproven = 0

    def room(self, webhook_id: UUID, organization_id: UUID) -> int:
        """How many more deliveries to an endpoint may begin now."""
        pace = self._paces.get(webhook_id) or _Pace(organization_id)
        most = min(IN_ALL - self._in_all, MOST_OF_ONE - self._of_one[organization_id])
        if not pace.proven:
            most = min(most, IN_ALL - RESERVED - self._unproven)
        return max(0, min(most, pace.window - pace.under_way))

    def is_full(self) -> bool:
        """Whether no delivery may begin, whatever its endpoint."""
        return self._in_all >= IN_ALL

    def without_room(self) -> set[UUID]:
        """The endpoints that have as many deliveries under way as they may."""
        return {webhook_id for webhook_id, pace in self._paces.items() if pace.under_way >= pace.window}

    def begin(self, webhook_id: UUID, organization_id: UUID) -> None:
        """A delivery to an endpoint is under way."""
        pace = self._paces.setdefault(webhook_id, _Pace(organization_id))
        pace.under_way += 1
        self._of_one[pace.organization_id] += 1
        self._in_all += 1
        self._unproven += not pace.proven

    def end(self, webhook_id: UUID, *, delivered: bool, seconds: float) -> None:
        """It is no longer, and how it went decides on the next ones."""
        pace = self._left(webhook_id)
        self._unproven -= 0 if pace.proven else pace.under_way
        pace.proven = delivered and seconds < QUICK_SECONDS
        pace.window = min(MOST if pace.proven else FIRST, pace.window * 2) if delivered else 1
        self._unproven += 0 if pace.proven else pace.under_way

    def forgo(self, webhook_id: UUID) -> None:
        """It was not even tried, which says nothing of the endpoint."""
        self._left(webhook_id)

    def _left(self, webhook_id: UUID) -> _Pace:
        pace = self._paces[webhook_id]
        pace.under_way -= 1
        self._of_one[pace.organization_id] -= 1
        self._in_all -= 1
        self._unproven -= not pace.proven
        return pace
