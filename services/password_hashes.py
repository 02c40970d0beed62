"""Passwords at rest: Argon2id, worked out in a few threads, so that neither the event loop nor the memory suffers.

64 MiB for each at once: two threads, and no more than so many wait for them.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rules.errors import Refused

Result = TypeVar("Result")
THREADS, MOST_WAITING = 2, 32
_HASHER = PasswordHasher(
    time_cost=3, memory_cost=64 * 1024, parallelism=1
)  # RFC 9106, section 4, with one lane a thread
_THREADS = ThreadPoolExecutor(THREADS, "passwords")
_waiting: set[object] = set()


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a password is right; `renewed` is its hash by today's parameters, where it was kept by others."""

    is_right: bool
    renewed: str | None = None


async def make(password: str) -> str:
    """The hash that is kept of a password."""
    return await _in_turn(lambda: _HASHER.hash(password))


async def check(kept: str | None, password: str) -> Checked:
    """Whether a password is the one that was kept. Where none was, the same work is done in vain."""
    return await _in_turn(lambda: _checked(kept, password))


async def _in_turn(work: Callable[[], Result]) -> Result:
    if len(_waiting) >= MOST_WAITING + THREADS:
        raise Refused("unavailable", "Too many people are signing in right now. Try again in a moment.", retry_after=2)
    place = object()
    _waiting.add(place)
    running = asyncio.get_running_loop().run_in_executor(_THREADS, work)
    # Freed when the work is over, not when somebody stops waiting for it.
    running.add_done_callback(lambda _: _waiting.discard(place))
    return await asyncio.shield(running)


def _checked(kept: str | None, password: str) -> Checked:
    try:
        _HASHER.verify(kept or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return Checked(is_right=False)
    if kept is None:
        return Checked(is_right=False)
    return Checked(is_right=True, renewed=_HASHER.hash(password) if _HASHER.check_needs_rehash(kept) else None)


@cache
def _nobodys() -> str:
    return _HASHER.hash("a password that nobody has")
