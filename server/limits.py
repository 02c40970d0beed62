"""Limits: at most so many requests in any window, for the whole installation, and all of them in a burst."""

import time

from rules.rates import Rate
from server.limits_shared import PATIENCE, Shared
from server.limits_window import Standing, Window

__all__ = ["Limits", "Standing"]


class Limits:
    """Counts requests per budget and visitor: in this process, or in one server for all processes that share it.

    `budget` names what is counted together ("api", "public"); `who` is whose it is: an address's bucket or a key's id,
    never the key itself, since it becomes a name in the shared server. A rate of None is no limit, and no standing.
    """

    def __init__(self, shared: Shared | None = None) -> None:
        self._shared = shared
        self._windows: dict[tuple[str, Rate], Window] = {}

    @classmethod
    def at(cls, redis_url: str | None, patience: float = PATIENCE) -> "Limits":
        """Without an address the count is this process's own; an address that can't be read raises ValueError."""
        return cls(Shared(redis_url, patience) if redis_url else None)

    async def count(self, budget: str, rate: Rate | None, who: str) -> Standing | None:
        """A request is counted if it is within the limit, and refused if it is not."""
        if rate is None:
            return None
        window, came = self._window(budget, rate), time.monotonic()
        if self._shared is None:
            return window.count(who, came)
        # What this process has admitted is part of what all have: where that alone is the limit, nobody need be asked.
        own = window.peek(who, came)
        if not own.allowed:
            return own
        standing = await self._shared.count(budget, rate, who)
        if standing is None:
            return window.count(who, time.monotonic())
        if standing.allowed:
            # Counted here as well, so that an outage, its end or an emptied server gives nobody a second helping.
            window.record(who, came)
        return standing

    async def peek(self, budget: str, rate: Rate | None, who: str) -> Standing | None:
        """Whether a request would be within the limit, without counting it."""
        if rate is None:
            return None
        own = self._window(budget, rate).peek(who, time.monotonic())
        if self._shared is None or not own.allowed:
            return own
        return await self._shared.peek(budget, rate, who) or own

    async def close(self) -> None:
        """No connection outlives the application."""
        if self._shared is not None:
            await self._shared.close()

    def _window(self, budget: str, rate: Rate) -> Window:
        window = self._windows.get((budget, rate))
        if window is None:
            window = self._windows[budget, rate] = Window(rate)
        return window
