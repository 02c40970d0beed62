"""Nobody waits for a database that hangs: what takes too long is answered with 503 while it ends by itself."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from typing import Any, TypeVar

SECONDS = 4.5
LATE = "The database did not answer in time."
LOOKS_A_SECOND = 4
Result = TypeVar("Result")
_unfinished: set[asyncio.Task[Any]] = set()


class Deadline:
    """How long one request may wait for the database in all, over every time that it asks.

    Late work is not cancelled: a commit that is under way must end one way or the other, on a connection left whole.
    """

    __slots__ = ("_left",)

    def __init__(self, seconds: float = SECONDS) -> None:
        self._left = seconds

    async def within(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result, or TimeoutError once the request's time is used up."""
        task = asyncio.create_task(work)
        _unfinished.add(task)
        task.add_done_callback(_finished)
        began = time.monotonic()
        done, _ = await asyncio.wait({task}, timeout=max(0.0, self._left))
        self._left -= time.monotonic() - began
        if not done:
            raise TimeoutError(LATE)
        return task.result()


class Watch:
    """Looks a few times a second for whose time is used up: a timer, and a task, for each request would cost more."""

    def __init__(self) -> None:
        self._waiting: dict[WatchedDeadline, float] = {}
        self._looking = False

    def begin(self, deadline: "WatchedDeadline", until: float, loop: asyncio.AbstractEventLoop) -> None:
        """Somebody waits, until a moment of the loop's clock at most."""
        self._waiting[deadline] = until
        if not self._looking:
            self._look_soon(loop)

    def end(self, deadline: "WatchedDeadline") -> None:
        """He waits no longer."""
        self._waiting.pop(deadline, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        # As late as the next look would be too late.
        soon = loop.time() + 1 / LOOKS_A_SECOND
        for deadline in [one for one, until in self._waiting.items() if until < soon]:
            self.end(deadline)
            # By itself, so that a fault in telling one keeps nothing from the others; and in his own context.
            loop.call_soon(deadline.passed, context=deadline.context)
        self._looking = False
        if self._waiting:
            self._look_soon(loop)

    def _look_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looking = True
        # In nobody's context: who began to wait first is long gone, and his id must not stand in others' lines.
        loop.call_later(1 / LOOKS_A_SECOND, self._look, loop, context=Context())


class WatchedDeadline(Deadline):
    """A deadline whose end `late` is told; whoever waits hears of it once the work has ended, by TimeoutError.

    It comes at the last look before the time is used up.
    """

    __slots__ = ("_late", "_passed", "_watch", "context")

    def __init__(self, watch: Watch, late: Callable[[], None], seconds: float = SECONDS) -> None:
        self._left = seconds
        self._watch = watch
        self._late = late
        self._passed = False
        self.context = copy_context()

    async def within(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result, or TimeoutError after it where the request's time was used up meanwhile."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._watch.begin(self, began + self._left, loop)
        try:
            result = await work
        finally:
            self._watch.end(self)
            self._left -= loop.time() - began
        if self._passed:
            raise TimeoutError(LATE)
        return result

    def passed(self) -> None:
        """The time is used up."""
        self._passed = True
        self._late()


def _finished(task: asyncio.Task[Any]) -> None:
    _unfinished.discard(task)
    if not task.cancelled():
        task.exception()  # looked at, so that asyncio does not report what was answered with 503
