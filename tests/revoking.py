"""What a revocation is held to."""

import time
from collections.abc import Callable

import httpx


def refused_within_a_second(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Something was revoked just now: it is asked for until it is refused. None who asks a second later is let in."""
    revoked = sent = time.monotonic()
    while (answer := ask()).status_code == 200:
        assert sent < revoked + 1
        sent = time.monotonic()
    return answer
