"""How several processes count together, in Valkey or Redis, and how they notice that it is away."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import lru_cache

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from valkey.asyncio import ConnectionPool

from rules.rates import Rate
from server.limits_window import Standing

Question = Callable[[RateLimitItem], Awaitable[Standing]]

log = structlog.get_logger()

PATIENCE = 0.25
"""Seconds after which a server that has not answered counts as away."""

PAUSE = 1.0
"""Seconds between two attempts to reach a server that is away."""

LINES = 32
"""Connections of one process at most; a burst beyond them waits its turn rather than opening more."""


class Shared:
    """One count for the whole installation, or none at all while the server that keeps it is away.

    `count` and `peek` never raise and never take much longer than `patience`: they answer None when the server is
    away, slow or failing, and then at once, save one call in each `pause` that tries again.
    """

    # A moment is the asking process's clock (the library passes `time.time()` to its Lua scripts, which ask the server
    # for none), so hosts whose clocks differ by a second stretch or shrink a window by that second. Being admitted and
    # hearing what remains are two scripts, hence two round trips; the first alone decides, in one atomic step.

    def __init__(self, url: str, patience: float = PATIENCE, pause: float = PAUSE) -> None:
        self._pool = ConnectionPool.from_url(_plain(url))
        # Our deadline is the only one: with its own (5 s unless told otherwise) the client sends by `asyncio.wait_for`,
        # which before Python 3.12 can swallow the cancellation by which ours ends a call, and the call then takes 5 s.
        self._pool.connection_kwargs["socket_timeout"] = None
        # The address is the pool's alone: the library's own reading of it refuses one without a port.
        storage = RedisStorage("async+valkey://", key_prefix="truecerta", connection_pool=self._pool)  # type: ignore[arg-type]
        self._limiter = MovingWindowRateLimiter(storage)
        self._lines = asyncio.Semaphore(LINES)
        self._patience = patience
        self._outage = Outage(pause)

    async def count(self, budget: str, rate: Rate, who: str) -> Standing | None:
        """A request that is admitted is counted for every process."""

        async def ask(item: RateLimitItem) -> Standing:
            allowed = await self._limiter.hit(item, who)
            return await self._standing(item, rate, who, allowed=allowed)

        return await self._ask(ask, budget, rate)

    async def peek(self, budget: str, rate: Rate, who: str) -> Standing | None:
        """Asking does not count; it tells whether a request would be admitted now."""

        async def ask(item: RateLimitItem) -> Standing:
            return await self._standing(item, rate, who)

        return await self._ask(ask, budget, rate)

    async def close(self) -> None:
        """No connection outlives the application, and no shutdown waits for a server that is away."""
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(self._patience):
                await self._pool.disconnect()

    async def _standing(self, item: RateLimitItem, rate: Rate, who: str, *, allowed: bool | None = None) -> Standing:
        stats = await self._limiter.get_window_stats(item, who)
        used = rate.count - stats.remaining
        verdict = used < rate.count if allowed is None else allowed
        return Standing.of(rate, used, stats.reset_time - time.time(), allowed=verdict)

    async def _ask(self, ask: Question, budget: str, rate: Rate) -> Standing | None:
        begun = time.monotonic()
        if not self._outage.may_try(begun):
            return None
        try:
            async with asyncio.timeout(self._patience), self._lines:
                answer = await ask(_item(budget, rate))
        except Exception as error:  # noqa: BLE001 - whatever a client library makes of a broken server, no request fails of it
            self._outage.begin(time.monotonic(), error)
            return None
        self._outage.end(begun)
        return answer


class Outage:
    """An outage is told once when it begins and once when it ends; meanwhile one call in each `pause` tries again."""

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._since: float | None = None
        self._next_try = 0.0

    def may_try(self, now: float) -> bool:
        """All may while nothing is wrong; during an outage one a pause, who takes the turn by asking."""
        if self._since is None:
            return True
        if now < self._next_try:
            return False
        self._next_try = now + self._pause
        return True

    def begin(self, now: float, error: Exception) -> None:
        """The first failure is logged; the others of the same outage only put off the next attempt."""
        self._next_try = now + self._pause
        if self._since is None:
            self._since = now
            log.warning("limits_counted_locally", reason=repr(error))

    def end(self, begun: float) -> None:
        """Only a call that began after the outage did proves it over: an earlier one may just have been under way."""
        if self._since is None or begun < self._since:
            return
        log.info("limits_shared_again", away_seconds=round(time.monotonic() - self._since, 1))
        self._since = None


@lru_cache(maxsize=64)
def _item(budget: str, rate: Rate) -> RateLimitItem:
    return RateLimitItemPerSecond(rate.count, rate.seconds, namespace=budget)


def _plain(url: str) -> str:
    """The names that this library gives to a Unix socket and to the async client are understood too."""
    plain = url.removeprefix("async+")
    for socket in ("valkey+unix:", "redis+unix:"):
        plain = plain.replace(socket, "unix:", 1) if plain.startswith(socket) else plain
    return plain
