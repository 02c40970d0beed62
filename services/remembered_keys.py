"""Whom keys stand for, remembered for less than a second: a caller who asks often costs the database one question a second.

A key that is revoked is refused within that second in every process, without anybody telling them, and at once in the
process that revoked it. Misses are not remembered, so a new key works from its first request on.
"""

from dataclasses import dataclass

from services import elapsed
from services.callers import Caller

SECONDS = 0.9
"""A second, less what lies between noticing and answering."""
MOST = 4096


@dataclass(frozen=True, slots=True)
class Asked:
    """When the database was asked about a key, and how often keys had been forgotten by then."""

    at: float
    forgotten: int


class RememberedKeys:
    """Callers by the digests of their keys."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Caller, float]] = {}
        self._forgotten = 0

    def find(self, digest: str) -> Caller | None:
        """Whom a key stood for within the last second; None where that is not known."""
        known = self._known.get(digest)
        return known[0] if known is not None and elapsed.seconds() < known[1] else None

    def asking(self) -> Asked:
        """The database is about to be asked: what it answers was so from now on at the earliest."""
        return Asked(elapsed.seconds(), self._forgotten)

    def note(self, digest: str, caller: Caller, asked: Asked) -> None:
        """What the database answered; not if a key was revoked meanwhile."""
        if asked.forgotten != self._forgotten:
            return
        if len(self._known) >= MOST and digest not in self._known:
            del self._known[next(iter(self._known))]
        self._known[digest] = caller, asked.at + SECONDS

    def forget(self) -> None:
        """A key was revoked: everything is asked anew."""
        self._forgotten += 1
        self._known.clear()
