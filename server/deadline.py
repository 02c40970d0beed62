"""Nobody waits for a database that hangs: what takes too long is answered with 503 while it ends by itself."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

SECONDS = 4.5
Result = TypeVar("Result")
_unfinished: set[asyncio.Task[Any]] = set()


class Deadline:
    """How long one request may wait for the database in all, over every time that it asks."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._left = seconds

    async def within(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result, or TimeoutError once the request's time is used up.

        Late work is not cancelled: a commit that is under way must end one way or the other, on a connection left whole.
        """
        task = asyncio.create_task(work)
        _unfinished.add(task)
        task.add_done_callback(_finished)
        began = time.monotonic()
        done, _ = await asyncio.wait({task}, timeout=max(0.0, self._left))
        self._left -= time.monotonic() - began
        if not done:
            raise TimeoutError("The database did not answer in time.")
        return task.result()


def _finished(task: asyncio.Task[Any]) -> None:
    _unfinished.discard(task)
    if not task.cancelled():
        task.exception()  # looked at, so that asyncio does not report what was answered with 503
