"""Turns at the press: one order at a time, those of the first lane before those of the next, and nobody waits in vain."""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

FIRST_GUESS = 0.1
"""Seconds for an order, before any was carried out."""
MEMORY = 8
"""Of how many orders, about, the seconds are an average."""


class NoTurnError(Exception):
    """There would be no turn in time; the present queue is over in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = max(1, math.ceil(seconds))


class Turns:
    """Hands out turns. One waits `patience` seconds at most; `rooms` says how many orders of each lane may be under way.

    Patience ends with the turn: who has it is not hurried. An order that would wait longer, going by how long orders took
    lately, is turned away at once, so that those that are let in are carried out.
    """

    def __init__(self, patience: float, rooms: Sequence[int]) -> None:
        self._patience = patience
        self._rooms = rooms
        self._lanes: list[deque[asyncio.Future[None]]] = [deque() for _ in rooms]
        self._now: int | None = None
        self._seconds = FIRST_GUESS

    @property
    def under_way(self) -> int:
        """How many have a turn or wait for one."""
        return (self._now is not None) + sum(map(len, self._lanes))

    @asynccontextmanager
    async def turn(self, lane: int = 0) -> AsyncIterator[None]:
        """A turn, after those before it. Raises NoTurnError."""
        await self._wait(lane)
        began = time.monotonic()
        try:
            yield
        finally:
            self._seconds += (time.monotonic() - began - self._seconds) / MEMORY
            self._next()

    async def _wait(self, lane: int) -> None:
        if self._now is None:
            self._now = lane
            return
        before = 1 + sum(map(len, self._lanes[: lane + 1]))
        seconds, under_way = before * self._seconds, len(self._lanes[lane]) + (self._now == lane)
        if under_way >= self._rooms[lane] or (before > 1 and seconds > self._patience):
            raise NoTurnError(seconds)
        turn = asyncio.get_running_loop().create_future()
        self._lanes[lane].append(turn)
        patience = asyncio.get_running_loop().call_later(self._patience, self._give_up, lane, turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._lanes[lane].remove(turn)
            else:  # it came, and nobody is there to use it
                self._next()
            raise
        finally:
            patience.cancel()

    def _give_up(self, lane: int, turn: "asyncio.Future[None]") -> None:
        with suppress(ValueError):  # it came at this moment, or is not wanted any more
            self._lanes[lane].remove(turn)
            turn.set_exception(NoTurnError(sum(map(len, self._lanes)) * self._seconds))

    def _next(self) -> None:
        self._now = None
        for number, lane in enumerate(self._lanes):
            waiting = next((turn for turn in lane if not turn.done()), None)
            if waiting is not None:
                lane.remove(waiting)
                waiting.set_result(None)
                self._now = number
                return
