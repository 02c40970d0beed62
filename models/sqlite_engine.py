"""SQLite as a durable, shared database: write transactions begin as such.

A deferred BEGIN that reads first and writes later fails under two processes whatever the busy timeout is, so every
transaction here is BEGIN IMMEDIATE. Tortoise takes this module as an engine by its `client_class`.
"""

import asyncio
import sqlite3

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

PRAGMAS = {"journal_mode": "WAL", "synchronous": "FULL", "foreign_keys": "ON", "busy_timeout": 5000}


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction that holds the write lock from its first statement on."""

    async def begin(self) -> None:
        """Take the write lock, waiting for it as long as the busy timeout says."""
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as busy:
            raise OperationalError(busy) from busy

    async def execute_script(self, query: str) -> None:
        """Run several statements inside this transaction; sqlite3's own way of running a script would commit it first."""
        statement = ""
        for line in query.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                await self._connection.execute(statement)
                statement = ""
        if statement.strip():
            await self._connection.execute(statement)


class ReleasingContext(SqliteTransactionContext):
    """A transaction that could not begin gives the connection back, so that the next one can try."""

    async def __aenter__(self) -> TransactionalDBClient:
        """Begin, or leave the connection as it was found."""
        await self._trxlock.acquire()
        token = None
        try:
            await self.ensure_connection()
            self.token = token = get_connections().set(self.connection_name, self.connection)
            try:
                await self.connection.begin()
            except asyncio.CancelledError:
                await self.connection.rollback()  # BEGIN is carried out all the same, and this after it
                raise
        except BaseException:
            if token is not None:
                get_connections().reset(token)
            self._trxlock.release()
            raise
        return self.connection  # type: ignore[no-any-return]  # typed Any by Tortoise


class ImmediateClient(SqliteClient):
    """Tortoise's SQLite client with immediate transactions."""

    def _in_transaction(self) -> TransactionContext:
        return ReleasingContext(ImmediateTransaction(self), self._lock)


client_class = ImmediateClient
