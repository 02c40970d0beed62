"""What the web answers, as the rules see it: bytes that were read, or why there are none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

ACCEPT = "application/ld+json, application/json"


@dataclass(frozen=True)
class Fetched:
    """An answer, the last one where others led to it. `media_type` is without parameters, in lower case."""

    status: int
    media_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Unread:
    """There is no answer to judge. `why` goes on a sentence that begins with the address: "did not answer in 10 s"."""

    why: str


Answer = Fetched | Unread | None
"""None: unread, and nobody knows why."""

Get = Callable[[str], Answer]
"""Reads an address, following redirects. It never raises."""
