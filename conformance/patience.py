"""How long the suite waits where a server answers that it is asked too much (429)."""

import time
from collections.abc import Callable

from .findings import Blocked

LONGEST_SECONDS = 65
"""A minute's limit is waited out. A longer Retry-After is of a budget that no clause can wait for."""
SHORTEST_SECONDS = 1
"""Also where the server asks for less: whoever asks again at once and for ever is a trouble to both."""
MOST_WAITS, MOST_SECONDS = 3, 130
"""For one request: two windows."""
MOST_IN_VAIN = 2
"""After so many requests that were waited for in vain, none is any more."""
MOST_SECONDS_OF_ALL = 2_400
"""For one run: so long takes three times the suite where it may ask 120 times a minute."""


class Patience:
    """A run's patience, which comes to an end."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._waited, self._in_vain = 0, 0

    def wait(self, asked: str, told: str, waits: list[int], tell: Callable[[str], None]) -> None:
        """Wait as long as Retry-After told; `waits` are this request's. Blocked where that makes no sense (any more)."""
        pause = max(int(told), SHORTEST_SECONDS) if told.isdecimal() and len(told) < 10 else LONGEST_SECONDS + 1
        if waits and (len(waits) >= MOST_WAITS or sum(waits) + pause > MOST_SECONDS):
            self._in_vain += 1
            raise _spent(asked, told)
        ended = self._in_vain >= MOST_IN_VAIN or self._waited + pause > MOST_SECONDS_OF_ALL
        if ended or pause > LONGEST_SECONDS:
            raise _spent(asked, told)
        tell(f"waits {pause} s, as the server asks with 429")
        waits.append(pause)
        self._waited += pause
        self._sleep(pause)


def _spent(asked: str, told: str) -> Blocked:
    until = f"Retry-After: {told[:40]}" if told else "without Retry-After"
    return Blocked(f"the server's limit leaves no more requests: {asked} is answered 429, {until}")
