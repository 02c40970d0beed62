"""How many deliveries may be under way at once: in all, and to each endpoint by how it has answered so far."""

from dataclasses import dataclass
from uuid import UUID

IN_ALL = 256
RESERVED = 64
"""Of these, kept for endpoints whose latest delivery succeeded: a crowd of silent ones cannot take them."""

FIRST, MOST = 4, 16


@dataclass(slots=True)
class _Pace:
    under_way: int = 0
    window: int = FIRST
    proven: bool = False


class Pacing:
    """An endpoint starts slowly, is sent more at once while it takes it, and one at a time after it has failed.

    >>> pacing, endpoint = Pacing(), UUID(int=1)
    >>> pacing.room(endpoint)
    4
    >>> pacing.begin(endpoint)
    >>> pacing.end(endpoint, delivered=True)
    >>> pacing.room(endpoint)
    8
    """

    def __init__(self) -> None:
        self._paces: dict[UUID, _Pace] = {}
        self._in_all = 0
        self._unproven = 0

    def room(self, webhook_id: UUID) -> int:
        """How many more deliveries to an endpoint may begin now."""
        pace = self._paces.get(webhook_id) or _Pace()
        most = IN_ALL - self._in_all
        if not pace.proven:
            most = min(most, IN_ALL - RESERVED - self._unproven)
        return max(0, min(most, pace.window - pace.under_way))

    def is_full(self) -> bool:
        """Whether no delivery may begin, whatever its endpoint."""
        return self._in_all >= IN_ALL

    def without_room(self) -> set[UUID]:
        """The endpoints that have as many deliveries under way as they may."""
        return {webhook_id for webhook_id, pace in self._paces.items() if pace.under_way >= pace.window}

    def begin(self, webhook_id: UUID) -> None:
        """A delivery to an endpoint is under way."""
        pace = self._paces.setdefault(webhook_id, _Pace())
        pace.under_way += 1
        self._in_all += 1
        self._unproven += not pace.proven

    def end(self, webhook_id: UUID, *, delivered: bool) -> None:
        """It is no longer, and how it went decides on the next ones."""
        pace = self._paces[webhook_id]
        self._in_all -= 1
        self._unproven -= 0 if pace.proven else pace.under_way
        pace.under_way -= 1
        pace.proven = delivered
        pace.window = min(MOST, pace.window * 2) if delivered else 1
        self._unproven += 0 if pace.proven else pace.under_way
