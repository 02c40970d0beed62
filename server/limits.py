"""Limits: at most so many requests in any window, for the whole installation, and all of them in a burst."""

import time

from rules.rates import Rate
from server.limits_shared import PATIENCE, Question, Shared
from server.limits_window import Standing, Window

__all__ = ["Limits", "Question", "Standing"]


class Limits:
    """Counts requests per budget and visitor: in this process, or in one server for all processes that share it.

    `budget` names what is counted together ("api", "public"); `who` is whose it is: an address's bucket or a key's id,
    never the key itself, since it becomes a name in the shared server. A rate of None is no limit, and no standing.
    """

    def __init__(self, shared: Shared | None = None) -> None:
        self._shared = shared
        self.alone = shared is None
        """Whether no other process need be asked: then, and only then, `count_now` and `refusal_now` are the count."""
        self._windows: dict[tuple[str, int, int], Window] = {}

    @classmethod
    def at(cls, redis_url: str | None, patience: float = PATIENCE) -> "Limits":
        """Without an address the count is this process's own; an address that can't be read raises ValueError."""
        return cls(Shared(redis_url, patience) if redis_url else None)

    def count_now(self, budget: str, rate: Rate | None, who: str) -> Standing | None:
        """A request is counted by this process alone, or refused."""
        return self._window(budget, rate).count(who, time.monotonic()) if rate is not None else None

    def refusal_now(self, budget: str, rate: Rate | None, who: str) -> Standing | None:
        """What this process alone would refuse a request with; None if it would not. Nothing is counted."""
        return self._window(budget, rate).refusal(who, time.monotonic()) if rate is not None else None

    async def count(self, budget: str, rate: Rate | None, who: str) -> Standing | None:
        """A request is counted if it is within the limit, and refused if it is not."""
        return (await self.ask(Question(budget, rate, who, counts=True)))[0][1] if rate is not None else None

    async def peek(self, budget: str, rate: Rate | None, who: str) -> Standing | None:
        """Whether a request would be within the limit, without counting it."""
        return (await self.ask(Question(budget, rate, who, counts=False)))[0][1] if rate is not None else None

    async def ask(self, *questions: Question) -> list[tuple[Question, Standing]]:
        """Several questions by one call to the shared server, each answered as if it were asked alone.

        What this process has admitted is part of what all have: where that alone is the limit, nobody need be asked,
        and the questions behind it are left out.
        """
        came = time.monotonic()
        asked: list[Question] = []
        refused: list[tuple[Question, Standing]] = []
        for question in questions:
            refusal = self._window(question.budget, question.rate).refusal(question.who, came)
            if refusal is not None:
                refused.append((question, refusal))
                break
            asked.append(question)
        told = await self._shared.ask(asked) if self._shared is not None and asked else None
        return [(each, self._noted(each, told[n] if told else None, came)) for n, each in enumerate(asked)] + refused

    async def close(self) -> None:
        """No connection outlives the application."""
        if self._shared is not None:
            await self._shared.close()

    def _noted(self, question: Question, told: Standing | None, came: float) -> Standing:
        window = self._window(question.budget, question.rate)
        if told is None:
            now = time.monotonic()
            return window.count(question.who, now) if question.counts else window.peek(question.who, now)
        if question.counts and told.allowed:
            # Counted here as well, so that an outage, its end or an emptied server gives nobody a second helping.
            window.record(question.who, came)
        return told

    def _window(self, budget: str, rate: Rate) -> Window:
        # By its numbers: a rate itself is hashed by Python, which takes longer than all the rest.
        name = budget, rate.count, rate.seconds
        window = self._windows.get(name)
        if window is None:
            window = self._windows[name] = Window(rate)
        return window
