"""How one process counts requests by itself: exactly, in bounded memory, by a clock that never steps."""

import math
from array import array
from bisect import bisect_left, insort
from collections import OrderedDict
from dataclasses import dataclass

from rules.rates import Rate


@dataclass(frozen=True, slots=True)
class Standing:
    """What a limited answer tells: whether it is within the limit, how much is left, and in how many seconds it resets.

    `reset_after` is when the oldest counted request leaves the window, in whole seconds, rounded up; 0 where none is
    counted. Whoever was refused is admitted again then.
    """

    allowed: bool
    limit: int
    remaining: int
    reset_after: int

    @classmethod
    def of(cls, rate: Rate, used: int, wait: float, *, allowed: bool) -> "Standing":
        """Nothing is left to whoever is refused, and nobody waits for longer than the window.

        >>> Standing.of(Rate(60, 60), 60, 12.3, allowed=False)
        Standing(allowed=False, limit=60, remaining=0, reset_after=13)
        """
        remaining = max(0, rate.count - used) if allowed else 0
        return cls(allowed, rate.count, remaining, min(rate.seconds, max(1, math.ceil(wait))) if used else 0)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The limit, what remains and when it resets stand in three headers; a refusal's Retry-After is the error's own.

        >>> Standing(allowed=False, limit=60, remaining=0, reset_after=13).headers()[2:]
        [(b'x-ratelimit-reset', b'13')]
        """
        return [
            (b"x-ratelimit-limit", b"%d" % self.limit),
            (b"x-ratelimit-remaining", b"%d" % self.remaining),
            (b"x-ratelimit-reset", b"%d" % self.reset_after),
        ]


class Window:
    """At most `rate.count` requests of each visitor in any `rate.seconds`, both ends included; all at once if so be.

    `now` is an argument, in seconds by a clock that never goes back. Beyond `most` visitors the one who was counted
    longest ago is forgotten first, so a flood of addresses costs memory up to a bound and no more.
    """

    # The library's own memory storage is not used: request after request it walks through all visitors, with a thread
    # for each (68 µs of processor per visitor and walk, measured); it has no bound; and its clock can step back.

    def __init__(self, rate: Rate, most: int = 100_000) -> None:
        self._rate = rate
        self._most = most
        self._visitors: OrderedDict[str, array[float]] = OrderedDict()

    def __len__(self) -> int:
        """How many visitors are remembered."""
        return len(self._visitors)

    def peek(self, who: str, now: float) -> Standing:
        """Asking does not count; it tells whether a request would be admitted now."""
        counted = self._counted(who, now)
        return self._standing(counted, now, allowed=len(counted) < self._rate.count)

    def count(self, who: str, now: float) -> Standing:
        """A request that is admitted is counted, a refused one is not."""
        counted = self._counted(who, now)
        if len(counted) >= self._rate.count:
            return self._standing(counted, now, allowed=False)
        return self._standing(self.record(who, now), now, allowed=True)

    def record(self, who: str, now: float) -> "array[float]":
        """A request that was admitted elsewhere is counted here too, with the moment it came in."""
        counted = self._visitors.setdefault(who, array("d"))
        insort(counted, now)
        self._visitors.move_to_end(who)
        self._forget(now)
        return counted

    def _counted(self, who: str, now: float) -> "array[float]":
        counted = self._visitors.get(who)
        if counted is None:
            return array("d")
        del counted[: bisect_left(counted, now - self._rate.seconds)]
        return counted

    def _standing(self, counted: "array[float]", now: float, *, allowed: bool) -> Standing:
        wait = counted[0] + self._rate.seconds - now if counted else 0.0
        return Standing.of(self._rate, len(counted), wait, allowed=allowed)

    def _forget(self, now: float) -> None:
        """Two at most for each one counted: the store shrinks while it is used, and no request pays for a sweep."""
        for _ in range(2):
            counted = next(iter(self._visitors.values()))
            gone = not counted or counted[-1] < now - self._rate.seconds
            if not gone and len(self._visitors) <= self._most:
                return
            self._visitors.popitem(last=False)
