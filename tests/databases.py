"""A database of a test: reached from within the process, beside whatever serves it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from tortoise.backends.base import executor

from models.database import fetch
from services import database

Result = TypeVar("Result")


@dataclass(frozen=True)
class Database:
    """One database, of either kind."""

    url: str

    @property
    def is_postgres(self) -> bool:
        """Which kind it is."""
        return self.url.startswith("postgres")

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Tables and services work on this database meanwhile; on one at a time in a process."""
        executor.EXECUTOR_CACHE.clear()  # Tortoise remembers statements, with the placeholders of the last kind of database
        await database.connect(self.url)
        try:
            yield
        finally:
            await database.disconnect()

    def run(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Do something on it and let go of it."""

        async def connected() -> Result:
            async with self.connected():
                return await work()

        return asyncio.run(connected())

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """What a statement answers with. Placeholders are `$1`, `$2` and so on."""

        async def ask() -> list[dict[str, Any]]:
            return [dict(row) for row in await fetch(sql, *values)]

        return self.run(ask)

    def until_heard(self) -> None:
        """Wait until every serving process has asked anew whether something changed: then it has heard of all until now."""
        if not self.is_postgres:
            return  # SQLite is asked each time
        (now,) = self.rows("SELECT clock_timestamp() AS instant")
        waiting = (
            "SELECT count(*) AS some FROM pg_stat_activity WHERE application_name = 'truecerta changes'"
            " AND datname = current_database() AND NOT (state = 'idle' AND query_start > $1)"
        )

        async def wait() -> None:
            deadline = time.monotonic() + 10
            while (await fetch(waiting, now["instant"]))[0]["some"]:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.01)

        self.run(wait)

    def migrate(self) -> list[str]:
        """Bring it up to date, and name the migrations applied."""
        executor.EXECUTOR_CACHE.clear()
        return asyncio.run(database.migrate(self.url))
