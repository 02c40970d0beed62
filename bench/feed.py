"""A poller of the feed of events, as an integrator writes one: it keeps its cursor and asks on, whatever happens."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from bench.connection import LostError
from bench.installed import Place
from bench.proof import Proof, percentiles

FEED = "/api/v1/events"
OK = 200
PAUSE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Seen:
    """An event as the feed showed it, and when it did (seconds since 1970)."""

    at: float
    id: str
    event: str
    code: str


@dataclass
class Poller:
    """Follows the feed from its beginning; `seen` is all that it was shown, in that order, repetitions included."""

    place: Place
    limit: int = 50
    pause: float = PAUSE_SECONDS
    seen: list[Seen] = field(default_factory=list)
    cursor: str | None = None
    unanswered: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    async def follow(self, enough: asyncio.Event) -> None:
        """Ask for what is new until it is enough and nothing is new."""
        connection = self.place.connection()
        while True:
            last = enough.is_set()
            cursor = "" if self.cursor is None else f"&cursor={self.cursor}"
            try:
                reply = await connection.get(f"{FEED}?limit={self.limit}{cursor}")
            except LostError:
                self.unanswered["connection lost"] += 1
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            if reply.status != OK:
                self.unanswered[str(reply.status)] += 1
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            self.seconds.append(reply.seconds)
            if not self._take(reply.json):
                if last:
                    break
                await asyncio.sleep(self.pause)
        connection.close()

    def figure(self) -> str:
        """How it was answered, for people."""
        return (
            f"feed: {len(self.seconds)} pages read ({percentiles(self.seconds)});"
            f" {self.unanswered.total()} requests not answered with a page ({dict(self.unanswered) or 'none'})"
        )

    def _take(self, page: dict[str, Any]) -> bool:
        now = time.time()
        for item in page["data"]:
            self.seen.append(Seen(now, item["id"], item["event"], item["data"]["certificate"]["code"]))
        self.cursor = page["pagination"]["cursor"] or self.cursor
        return bool(page["pagination"]["has_more"])


def compare(seen: Collection[Seen], issued: Collection[str], proof: Proof) -> None:
    """The feed showed the event of each certificate, each once, and no other."""
    ids = Counter(item.id for item in seen)
    codes = Counter(item.code for item in seen if item.event == "certificate.issued")
    others = Counter(item.event for item in seen if item.event != "certificate.issued")
    missed, repeated = set(issued) - codes.keys(), [id for id, count in ids.items() if count > 1]
    proof.figure(f"feed: {len(seen)} events read, {len(missed)} missed, {len(repeated)} repeated")
    proof.hold("feed: 0 events missed", *missed)
    proof.hold("feed: 0 events repeated", *repeated, *(code for code, count in codes.items() if count > 1))
    proof.hold("feed: no event without its certificate", *(codes.keys() - set(issued)), *others.items())
