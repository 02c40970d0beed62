"""Nobody waits for a database that hangs: what takes too long is answered with 503 while it ends by itself."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

SECONDS = 4.5
LATE = "The database did not answer in time."
Result = TypeVar("Result")
_unfinished: set[asyncio.Task[Any]] = set()


class Deadline:
    """How long one request may wait for the database in all, over every time that it asks.

    `late` is told when the time is used up; whoever waits hears of it once the work has ended, by TimeoutError. Without it
    TimeoutError comes at once, which takes a task of its own for the work.

    Late work is not cancelled: a commit that is under way must end one way or the other, on a connection left whole.
    """

    __slots__ = ("_late", "_left", "_passed")

    def __init__(self, seconds: float = SECONDS, late: Callable[[], None] | None = None) -> None:
        self._left = seconds
        self._late = late
        self._passed = False

    async def within(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result, or TimeoutError once the request's time is used up."""
        if self._late is None:
            return await self._apart(work)
        loop = asyncio.get_running_loop()
        began = loop.time()
        timer = loop.call_later(self._left, self._pass)
        try:
            result = await work
        finally:
            timer.cancel()
            self._left = max(0.0, self._left - (loop.time() - began))
        if self._passed:
            raise TimeoutError(LATE)
        return result

    def _pass(self) -> None:
        self._passed = True
        if self._late is not None:
            self._late()

    async def _apart(self, work: Coroutine[Any, Any, Result]) -> Result:
        task = asyncio.create_task(work)
        _unfinished.add(task)
        task.add_done_callback(_finished)
        began = time.monotonic()
        done, _ = await asyncio.wait({task}, timeout=max(0.0, self._left))
        self._left -= time.monotonic() - began
        if not done:
            raise TimeoutError(LATE)
        return task.result()


def _finished(task: asyncio.Task[Any]) -> None:
    _unfinished.discard(task)
    if not task.cancelled():
        task.exception()  # looked at, so that asyncio does not report what was answered with 503
