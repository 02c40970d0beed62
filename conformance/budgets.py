"""A budget of requests, used up once and on purpose: half of it at once, some seconds later the rest and more.

Whoever then waits as long as the server says gets as much again as is older than a minute by then: the first half.
Nothing is judged here.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .answers import Answer
from .findings import NotPossible

WINDOW = 60
SOME_MORE = 10
"""So many beyond the limit are asked for before a server is taken to have none."""
MOST_AFTER = 100
PAUSE = 12.0
"""Between the halves; far more than a half takes."""
MUCH = 20
"""As much use by others is no trouble, unless it is about to leave the window."""
HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
REFUSED = 429
NO_LIMIT = (
    "the server shows no limit on {what}: no X-RateLimit-* on its answers, and no 429 after more than it may take"
)

Ask = Callable[[int], Answer]
"""The so manieth request to a budget."""


@dataclass
class Spent:
    """A budget that was used up."""

    limit: int
    before: list[Answer]
    """The first half, all at once."""
    then: list[Answer]
    """Some seconds later the rest, the last of them refused."""
    between: int = 0
    """Requests of another kind in between that count here as well."""
    meanwhile: dict[str, Answer] = field(default_factory=dict)
    """What else was asked while it was used up, by names."""
    early: Answer | None = None
    """Asked before the time that the server told."""
    after: list[Answer] = field(default_factory=list)
    """From that time on."""

    @property
    def refusal(self) -> Answer:
        """The answer to the first request that was one too many, or where there is none to the last of all."""
        return self.then[-1]


def number(answer: Answer, name: str) -> int:
    """A header that is a whole number; ends the clause where it is none."""
    told = answer.header(name)
    if not told.isdecimal():
        raise answer.not_met(f"{name} is {told!r}, which is no whole number")
    return int(told)


def spend(
    what: str,
    limit: int,
    ask: Ask,
    halfway: Callable[[Spent], None],
    used_up: Callable[[Spent], None],
    pause: float = PAUSE,
    most_after: int = MOST_AFTER,
) -> Spent:
    _wait_for_room(ask, limit)
    begun = time.monotonic()
    before = [ask(turn) for turn in range(limit // 2)]
    spent = Spent(limit, before, [])
    if not _is_limited(before[-1]):
        pause = 0
    _sleep_until(begun + pause * 2 / 3)
    halfway(spent)
    _sleep_until(begun + pause)
    spent.then = until_refused(ask, len(before), limit + SOME_MORE)
    told = _told(spent.refusal)
    if spent.refusal.status != REFUSED:
        if not _is_limited(spent.refusal):
            raise NotPossible(NO_LIMIT.format(what=what))
        return spent
    refused = time.monotonic()
    used_up(spent)
    _sleep_until(refused + told / 2)
    spent.early = ask(len(before) + 1)
    _sleep_until(refused + told)
    spent.after = until_refused(ask, len(before) + 1, most_after)
    return spent


def _is_limited(answer: Answer) -> bool:
    return answer.status == REFUSED or any(name in answer.headers for name in HEADERS)


def _wait_for_room(ask: Ask, limit: int) -> None:
    """Until hardly anything is counted, or nothing that leaves the window while this goes on."""
    until = time.monotonic() + WINDOW
    while time.monotonic() < until:
        answer = ask(0)
        if not all(answer.headers.get(name, "").isdecimal() for name in HEADERS):
            return
        used, reset = limit - number(answer, HEADERS[1]), number(answer, HEADERS[2])
        if answer.status != REFUSED and used <= min(MUCH, limit // 2) and (used == 1 or reset > 2 * PAUSE):
            return
        time.sleep(min(max(reset, 1), WINDOW))


def until_refused(ask: Ask, first: int, most: int) -> list[Answer]:
    answers: list[Answer] = []
    while len(answers) < most and (not answers or answers[-1].status != REFUSED):
        answers.append(ask(first + len(answers)))
    return answers


def _told(answer: Answer) -> float:
    """For how long the server asks to wait; half a minute where it does not say, or says more than there is reason for."""
    told = answer.headers.get("Retry-After", "")
    return float(told) if told.isdecimal() and int(told) <= WINDOW else WINDOW / 2


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))
