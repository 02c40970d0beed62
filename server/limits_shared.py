"""How several processes count together, in Valkey or Redis, and how they notice that it is away."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import structlog
from valkey.asyncio import ConnectionPool, Valkey

from rules.rates import Rate
from server.limits_window import Standing

log = structlog.get_logger()

SCRIPT = Path(__file__).with_suffix(".lua").read_text("ascii")
"""Decides and counts in one atomic step, by the server's own clock."""

PATIENCE = 0.25
"""Seconds after which a server that has not answered counts as away."""

PAUSE = 1.0
"""Seconds between two attempts to reach a server that is away."""

MOST = 128
"""Who asks at most in one call: the server does nothing else meanwhile, for a millisecond at most."""


class Question(NamedTuple):
    """Is a request within a limit? It is counted if so, where `counts`."""

    budget: str
    rate: Rate
    who: str
    counts: bool


class Asked(NamedTuple):
    """Questions that wait for one answer; None is the answer where nobody answers in time."""

    questions: Sequence[Question]
    answer: asyncio.Future[Sequence[Standing] | None]
    since: float


class Shared:
    """One count for the whole installation, or none at all while the server that keeps it is away.

    `ask` never raises and never takes much longer than `patience`: it answers None when the server is away, slow or
    failing, and then at once, save one call in each `pause` that tries again.
    """

    # One call is under way at a time, and what is asked meanwhile goes into the next one: the busier the process, the
    # more requests share a round trip. A call has as long as the one who has waited longest in it still has patience.
    # When it fails, all who wait are told at once, so nobody waits longer than alone.

    def __init__(self, url: str, patience: float = PATIENCE, pause: float = PAUSE) -> None:
        self._pool = ConnectionPool.from_url(_plain(url))
        # Our deadline is the only one: with its own (5 s unless told otherwise) the client sends by `asyncio.wait_for`,
        # which before Python 3.12 can swallow the cancellation by which ours ends a call, and the call then takes 5 s.
        self._pool.connection_kwargs["socket_timeout"] = None
        self._script = Valkey(connection_pool=self._pool).register_script(SCRIPT)
        self._waiting: deque[Asked] = deque()
        self._calling: asyncio.Task[None] | None = None
        self._patience = patience
        self._outage = Outage(pause)

    async def ask(self, questions: Sequence[Question]) -> Sequence[Standing] | None:
        """A standing for each, in their order; a request that is admitted is counted for every process."""
        now = time.monotonic()
        if not self._outage.may_try(now):
            return None
        answer: asyncio.Future[Sequence[Standing] | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(Asked(questions, answer, now))
        if self._calling is None:
            self._calling = asyncio.create_task(self._call_until_all_are_answered())
        return await answer

    async def close(self) -> None:
        """No connection outlives the application, and no shutdown waits for a server that is away."""
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(self._patience):
                if self._calling is not None:
                    self._calling.cancel()
                    await asyncio.wait({self._calling})
                    self._end([])  # a task that was cancelled before its first step has ended nothing by itself
                await self._pool.disconnect()

    async def _call_until_all_are_answered(self) -> None:
        gathered: list[Asked] = []
        try:
            while gathered := self._gathered():
                try:
                    standings = await self._call(gathered)
                except Exception as error:  # noqa: BLE001 - whatever a client library makes of a broken server, no request fails of it
                    self._outage.begin(time.monotonic(), error)
                    return
                self._outage.end(time.monotonic())
                following = iter(standings)
                for asked in gathered:
                    _tell(asked, list(islice(following, len(asked.questions))))
        finally:
            self._end(gathered)

    def _end(self, gathered: list[Asked]) -> None:
        """Nobody is left waiting: whoever was not answered counts by himself."""
        self._calling = None
        for asked in [*gathered, *self._waiting]:
            _tell(asked, None)
        self._waiting.clear()

    def _gathered(self) -> list[Asked]:
        """Who waits and has not been given up, as many as go into one call."""
        gathered: list[Asked] = []
        while self._waiting and len(gathered) < MOST:
            asked = self._waiting.popleft()
            if not asked.answer.done():
                gathered.append(asked)
        return gathered

    async def _call(self, gathered: list[Asked]) -> list[Standing]:
        questions = [question for asked in gathered for question in asked.questions]
        names = [f"truecerta:{question.budget}/{question.rate.seconds}:{question.who}" for question in questions]
        async with asyncio.timeout(gathered[0].since + self._patience - time.monotonic()):
            told = await self._script(names, [" ".join(map(_figures, questions))])
        number = map(int, told.split())
        in_threes = zip(questions, number, number, number, strict=True)
        return [
            Standing.of(question.rate, used, microseconds / 1_000_000, allowed=allowed == 1)
            for question, allowed, used, microseconds in in_threes
        ]


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

    def end(self, now: float) -> None:
        """A call that was answered proves it over."""
        if self._since is not None:
            log.info("limits_shared_again", away_seconds=round(now - self._since, 1))
            self._since = None


def _tell(asked: Asked, answer: Sequence[Standing] | None) -> None:
    if not asked.answer.done():
        asked.answer.set_result(answer)


def _figures(question: Question) -> str:
    return f"{question.rate.count} {question.rate.seconds} {question.counts:d}"


def _plain(url: str) -> str:
    """The names that are given to a Unix socket and to an async client elsewhere are understood too."""
    plain = url.removeprefix("async+")
    for socket in ("valkey+unix:", "redis+unix:"):
        plain = plain.replace(socket, "unix:", 1) if plain.startswith(socket) else plain
    return plain
