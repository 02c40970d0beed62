"""Whom a request without a key is counted for, worked out once for each address and then remembered."""

from collections.abc import Sequence
from functools import lru_cache

from starlette.types import Scope

from rules import addresses
from rules.addresses import Network

REMEMBERED = 4096
LONGEST = 512
"""Bytes of X-Forwarded-For beyond which nothing is remembered: a client writes as much of it as it likes."""


class Visitors:
    """The bucket of the client's address. What the header says is looked at only when it comes from a trusted proxy."""

    def __init__(self, trusted: Sequence[Network]) -> None:
        self._trusted = tuple(trusted)
        self._direct = lru_cache(maxsize=REMEMBERED)(self._work_out_direct)
        self._behind = lru_cache(maxsize=REMEMBERED)(self._work_out_behind)

    def bucket(self, scope: Scope) -> str:
        """Whom to count a request for."""
        client = scope.get("client")
        peer = client[0] if client else None
        bucket, vouches = self._direct(peer)
        if not vouches:
            return bucket
        lines = tuple([value for name, value in scope["headers"] if name == b"x-forwarded-for"])
        if sum(map(len, lines)) > LONGEST:
            return self._work_out_behind(peer, lines)
        return self._behind(peer, lines)

    def _work_out_direct(self, peer: str | None) -> tuple[str, bool]:
        return addresses.bucket(peer), addresses.is_trusted(peer, self._trusted)

    def _work_out_behind(self, peer: str | None, lines: tuple[bytes, ...]) -> str:
        forwarded = [line.decode("latin-1") for line in lines]
        return addresses.bucket(addresses.client(peer, forwarded, self._trusted))
