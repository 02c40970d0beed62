"""A transaction on PostgreSQL that begins with a statement, both in one round trip."""

from contextlib import suppress
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.connection import get_connection

from models.postgres_engine import BoundedClient, ReleasingContext


class Begun(TransactionWrapper):
    """A transaction whose first statement travels with its BEGIN. No other one is nested in it."""

    def __init__(self, client: BoundedClient, first: str) -> None:
        super().__init__(client)
        self._first = first

    async def begin(self) -> None:
        """Begin, or leave the connection as it was found."""
        try:
            await self._say(f"BEGIN; {self._first}")
        except BaseException:
            with suppress(asyncpg.InterfaceError):  # there is no connection any more
                if self._connection.is_in_transaction():
                    await self._say("ROLLBACK")
            raise

    async def commit(self) -> None:
        """What was done is done for good."""
        self._finalized = True
        await self._say("COMMIT")

    async def rollback(self) -> None:
        """What was done is undone."""
        self._finalized = True
        await self._say("ROLLBACK")

    async def _say(self, statement: str) -> None:
        self.log.debug("%s: %s", statement, [])
        await self._connection.execute(statement)


def begin_with(statement: str) -> Any:  # noqa: ANN401  # as Tortoise's `in_transaction`, whose contexts are of several kinds
    """A transaction of its own, whose first statement is this one: without values, and without an answer that matters."""
    client = get_connection("default")
    return ReleasingContext(Begun(client, statement), client._pool_init_lock)  # type: ignore[arg-type, attr-defined]  # noqa: SLF001  # our own kind of client
