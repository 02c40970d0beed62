"""Certificates issued at a steady pace, or as fast as it goes, with the moment at which each was answered."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bench.connection import Connection, LostError, Reply
from bench.installed import CERTIFICATES, Place
from bench.proof import Proof

CREATED = 201
AWKWARD = 'Zoë "Q" 🎓 \u2028 O\'Neil <b> \\ é'
"""A name that a careless writer of JSON, mail or HTML gets wrong."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate as its client was answered with it: `at` is when, in seconds since 1970."""

    reply: Reply
    at: float

    @property
    def certificate(self) -> dict[str, Any]:
        """What was answered."""
        found: dict[str, Any] = self.reply.json["data"]
        return found

    @property
    def created_at(self) -> float:
        """When it says that it was made, which is just before it was committed."""
        return datetime.fromisoformat(self.certificate["created_at"]).timestamp()


@dataclass
class Issuing:
    """Clients that issue certificates on one course, numbered on and on; `issued` are those that were answered with 201."""

    place: Place
    course_id: str
    proof: Proof
    notify: bool = True
    issued: dict[int, Issued] = field(default_factory=dict)
    refusals: Counter[int] = field(default_factory=Counter)
    _begun: int = 0

    async def run(self, count: int, *, clients: int = 8, seconds: float = 0.0) -> list[Issued]:
        """Issue so many, spread evenly over so many seconds, and answer with them."""
        first = self._begun
        self._begun += count
        numbers = iter(range(first + 1, first + count + 1))
        pause = seconds / count
        began = time.monotonic() - pause * first
        await asyncio.gather(*(self._client(numbers, began, pause) for _ in range(clients)))
        return [self.issued[number] for number in range(first + 1, first + count + 1) if number in self.issued]

    def codes(self) -> set[str]:
        """The codes of all that were issued."""
        return {issued.certificate["code"] for issued in self.issued.values()}

    async def _client(self, numbers: Iterator[int], began: float, pause: float) -> None:
        connection = self.place.connection()
        for number in numbers:
            await asyncio.sleep(max(0.0, began + pause * number - time.monotonic()))
            await self._one(connection, number)
            self.proof.now_and_then(f"{len(self.issued)} certificates issued")
        connection.close()

    async def _one(self, connection: Connection, number: int) -> None:
        wanted: dict[str, object] = {
            "course_id": self.course_id,
            "holder_name": AWKWARD if number % 10 == 0 else f"Jane Doe {number}",
            "holder_email": f"jane.{number}@example.com",
        }
        if not self.notify:
            wanted["notify"] = False
        once = f"certificate-{number}"
        try:
            reply = await connection.post(CERTIFICATES, wanted, once=once)
        except LostError:  # an idle connection may be closed by the server
            reply = await connection.post(CERTIFICATES, wanted, once=once)
        if reply.status == CREATED:
            self.issued[number] = Issued(reply, time.time())
        else:
            self.refusals[reply.status] += 1
