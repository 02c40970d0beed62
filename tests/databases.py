"""A database of a test: reached from within the process, beside whatever serves it."""

import asyncio
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

    def migrate(self) -> list[str]:
        """Bring it up to date, and name the migrations applied."""
        executor.EXECUTOR_CACHE.clear()
        return asyncio.run(database.migrate(self.url))
