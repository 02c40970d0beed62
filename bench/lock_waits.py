"""Who waits for a lock in PostgreSQL, looked at again and again while something goes on."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import asyncpg

EVERY_SECONDS = 0.02
WAITING = """
    SELECT wait_event, query FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'
"""
_LONGEST_SHOWN = 160
Result = TypeVar("Result")


class Wait(NamedTuple):
    """What kind of lock was waited for, and by which statement."""

    kind: str
    query: str

    def __str__(self) -> str:
        return f"{self.kind}: {' '.join(self.query.split())[:_LONGEST_SHOWN]}"


class LockWaits:
    """How often one looked, and what was seen waiting then."""

    def __init__(self) -> None:
        self.looks = 0
        self.seen: Counter[Wait] = Counter()

    async def during(self, url: str, work: Callable[[], Result]) -> Result:
        """Look every 20 ms while `work` goes on in a thread, and answer with what it does."""
        connection = await asyncpg.connect(url, server_settings={"application_name": "looking for locks"})
        try:
            working = asyncio.ensure_future(asyncio.to_thread(work))
            while not working.done():
                self.seen.update(Wait(row["wait_event"], row["query"]) for row in await connection.fetch(WAITING))
                self.looks += 1
                await asyncio.wait({working}, timeout=EVERY_SECONDS)
            return working.result()
        finally:
            await connection.close()

    def __str__(self) -> str:
        return f"{self.seen.total()} waits for a lock seen in {self.looks:,} looks, one every {EVERY_SECONDS * 1000:.0f} ms"

    def told(self) -> list[str]:
        """What was seen, the most frequent first."""
        return [f"{times} × {wait}" for wait, times in self.seen.most_common()]
