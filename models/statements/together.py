"""Look-ups that come together are made together: one statement for all that were asked for in one turn of the event loop.

The busier a process is, the more it is asked for in a turn, and the less each look-up costs it: to send a statement and to
hear of its answer takes several times as long as to read a row. Who asks alone is kept waiting for no more than that turn.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

Found = TypeVar("Found")
Waiting = tuple[str, asyncio.Future[Found | None]]

MOST = 64
"""How many are looked up by one statement: it stays a short one, and a failure is shared by no more."""


class Together(Generic[Found]):
    """Finds things by their names; `look_up` answers with those of a few names that there are.

    What is found was so after it was asked for. It is looked up in the context of whoever asked first in that turn: not for
    use within a transaction, which is nobody else's.
    """

    def __init__(self, look_up: Callable[[Sequence[str]], Awaitable[Mapping[str, Found]]]) -> None:
        self._look_up = look_up
        self._waiting: list[Waiting[Found]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def find(self, name: str) -> Found | None:
        """What has this name; None where nothing has. A fault is that of all who asked at once."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._waiting = loop, []
        answer: asyncio.Future[Found | None] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._begin)
        self._waiting.append((name, answer))
        return await answer

    def _begin(self) -> None:
        waiting, self._waiting = self._waiting, []
        for start in range(0, len(waiting), MOST):
            task = asyncio.create_task(self._answer(waiting[start : start + MOST]))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _answer(self, waiting: Sequence[Waiting[Found]]) -> None:
        try:
            found = await self._look_up(list({name for name, _ in waiting}))
        except BaseException as fault:
            for _, answer in waiting:
                if not answer.done():
                    answer.set_exception(fault)
            if not isinstance(fault, Exception):  # cut short when serving ends
                raise
            return
        for name, answer in waiting:
            if not answer.done():
                answer.set_result(found.get(name))
