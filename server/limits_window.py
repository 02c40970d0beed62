"""How one process counts requests by itself: exactly, in bounded memory, by a clock that never steps."""

import math
from array import array
from bisect import bisect_left, insort
from collections import OrderedDict
from typing import NamedTuple

from rules.rates import Rate


class Standing(NamedTuple):
    """What a limited answer tells: whether it is within the limit, how much is left, and in how many seconds it resets.

    `reset_after` is when the oldest counted request leaves the window, in whole seconds, rounded up; 0 where none is
    counted. Whoever was refused is admitted again then. One is made for each request, hence a tuple: it is made in half
    the time that a frozen dataclass takes.
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
        remaining = rate.count - used if allowed and used < rate.count else 0
        reset = min(rate.seconds, max(1, math.ceil(wait))) if used else 0
        return cls(allowed, rate.count, remaining, reset)

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

    def block(self) -> bytes:
        """The same three as they go over the wire."""
        return b"x-ratelimit-limit: %d\r\nx-ratelimit-remaining: %d\r\nx-ratelimit-reset: %d\r\n" % self[1:]


class Counted:
    """The moments at which one visitor was admitted, in order; those before `first` have left the window."""

    # An array costs 8 bytes a moment, a deque 32. Cutting off its beginning moves all that stays, so that is done only
    # once more has left than stays: over time nothing is moved more often than once.

    __slots__ = ("first", "moments")

    def __init__(self) -> None:
        self.moments = array("d")
        self.first = 0

    def let_go(self, edge: float) -> None:
        """Whatever came before `edge` is no longer counted."""
        moments, first = self.moments, self.first
        if first == len(moments) or moments[first] >= edge:
            return
        self.first = first = bisect_left(moments, edge, first)
        if 2 * first > len(moments):
            del moments[:first]
            self.first = 0

    def add(self, moment: float) -> None:
        """One more; a moment that is told late takes its place among the others."""
        moments = self.moments
        if moments and moment < moments[-1]:
            insort(moments, moment, self.first)
        else:
            moments.append(moment)


class Window:
    """At most `rate.count` requests of each visitor in any `rate.seconds`, both ends included; all at once if so be.

    `now` is an argument, in seconds by a clock that never goes back. Beyond `most` visitors the one who was counted
    longest ago is forgotten first, so a flood of addresses costs memory up to a bound and no more. A request costs the
    same however high the limit is and however many requests are counted.
    """

    def __init__(self, rate: Rate, most: int = 100_000) -> None:
        self._rate = rate
        self._most = most
        self._visitors: OrderedDict[str, Counted] = OrderedDict()
        self._all_stay_until = -math.inf

    def __len__(self) -> int:
        """How many visitors are remembered."""
        return len(self._visitors)

    def refusal(self, who: str, now: float) -> Standing | None:
        """What a request would be refused with now; None if it would be admitted. Asking does not count."""
        counted = self._visitors.get(who)
        if counted is None:
            return None
        rate = self._rate
        counted.let_go(now - rate.seconds)
        used = len(counted.moments) - counted.first
        if used < rate.count:
            return None
        return Standing.of(rate, used, counted.moments[-rate.count] + rate.seconds - now, allowed=False)

    def peek(self, who: str, now: float) -> Standing:
        """Asking does not count; it tells whether a request would be admitted now."""
        return self.refusal(who, now) or self._admitted(self._visitors.get(who), now)

    def count(self, who: str, now: float) -> Standing:
        """A request that is admitted is counted, a refused one is not."""
        return self.refusal(who, now) or self._admitted(self.record(who, now), now)

    def record(self, who: str, now: float) -> Counted:
        """A request that was admitted elsewhere is counted here too, with the moment it came in."""
        visitors = self._visitors
        counted = visitors.get(who)
        if counted is None:
            counted = visitors[who] = Counted()
        else:
            visitors.move_to_end(who)
        counted.add(now)
        if now > self._all_stay_until or len(visitors) > self._most:
            self._forget(now - self._rate.seconds)
        return counted

    def _admitted(self, counted: Counted | None, now: float) -> Standing:
        if counted is None or not counted.moments:
            return Standing(allowed=True, limit=self._rate.count, remaining=self._rate.count, reset_after=0)
        moments, first = counted.moments, counted.first
        wait = moments[first] + self._rate.seconds - now
        return Standing.of(self._rate, len(moments) - first, wait, allowed=True)

    def _forget(self, edge: float) -> None:
        """Two at most for each one counted: the store shrinks while it is used, and no request pays for a sweep."""
        for _ in range(2):
            moments = next(iter(self._visitors.values())).moments
            if moments and moments[-1] >= edge and len(self._visitors) <= self._most:
                self._all_stay_until = moments[-1] + self._rate.seconds
                return
            self._visitors.popitem(last=False)
