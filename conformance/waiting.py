"""Waiting: for something that the server does by itself, by asking until it is done."""

import time
from collections.abc import Callable
from typing import TypeVar

from .findings import NotMet

Found = TypeVar("Found")
PAUSE_SECONDS = 0.2
"""Between two questions."""


def until(find: Callable[[], Found | None], seconds: float, why: str) -> Found:
    """What is found, as soon as it is there. After these seconds the clause is not met, as `why` says.

    >>> until(lambda: 3, 1, "There is no such thing.")
    3
    """
    end = time.monotonic() + seconds
    while (found := find()) is None:
        if time.monotonic() > end:
            raise NotMet(f"{why} within {seconds:g} s")
        time.sleep(PAUSE_SECONDS)
    return found
