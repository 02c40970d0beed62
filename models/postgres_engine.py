"""PostgreSQL with bounds on every wait, so that a database that is away is noticed within seconds.

Tortoise takes this module as an engine by its `client_class`.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections

ACQUIRE_SECONDS = 2.5
CONNECT_SECONDS = 2.0
_SESSION = {"timezone": "UTC", "application_name": "truecerta", "idle_in_transaction_session_timeout": "10s"}
BOUNDS = {
    "command_timeout": 4.0,
    "timeout": CONNECT_SECONDS,
    # Statements are planned once for any values: their indexes suit every value, and planning takes longer than finding.
    "server_settings": {
        **_SESSION,
        "statement_timeout": "4s",
        "lock_timeout": "3s",
        "plan_cache_mode": "force_generic_plan",
    },
}
"""What serves requests: every statement ends within four seconds, one way or the other."""
PATIENT = {"timeout": 10.0, "server_settings": {**_SESSION, "idle_in_transaction_session_timeout": "0"}}
"""What migrates: it waits for whoever holds a lock, and takes the time it needs."""


class BoundedPool(asyncpg.Pool):  # type: ignore[misc]  # asyncpg is not typed
    """A pool that gives up on handing out a connection instead of queueing for ever."""

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ANN401, ASYNC109  # asyncpg's own proxy and argument
        """Hand out a connection within `timeout` seconds, or the pool's bound where none is given.

        One that lies ready is handed out at once: to wait for it with a bound would cost a task for each request.
        """
        if not self._queue.empty() and not self._closing:
            holder = self._queue.get_nowait()
            if _is_ready(holder):
                holder._timeout = ACQUIRE_SECONDS if timeout is None else timeout  # noqa: SLF001  # as asyncpg's own does
                return await holder.acquire()
            self._queue.put_nowait(holder)
        return await super()._acquire(ACQUIRE_SECONDS if timeout is None else timeout)

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ANN401, ASYNC109  # the same
        """Take a connection back. One that is at rest is not shielded: nothing is waited for that could be cancelled."""
        # Whoever waits is next: given back without a pause, a connection could be taken again before he is woken.
        if _is_at_rest(connection) and not self._queue._getters:  # noqa: SLF001  # asyncio tells it nowhere else
            # As asyncpg's own `release` begins and ends; what it does between is nothing here, under two timeouts.
            holder = connection._holder  # noqa: SLF001  # the same
            connection._con._on_release()  # noqa: SLF001  # the same
            holder._timeout = None  # noqa: SLF001  # the same
            holder._release()  # noqa: SLF001  # the same
            holder._setup_inactive_callback()  # noqa: SLF001  # the same
        else:
            await super().release(connection, timeout=timeout)


async def _as_it_is(_connection: object) -> None:
    """Sessions are used for statements and transactions alone, so nothing is left over that a RESET would clear away.

    A transaction that was left open is rolled back by asyncpg itself. Its RESET would be one more question to the database
    after each answer.
    """


def _is_ready(holder: Any) -> bool:  # noqa: ANN401  # asyncpg's own
    connection = holder._con  # noqa: SLF001  # asyncpg tells it nowhere else
    if connection is None or connection.is_closed() or holder._generation != holder._pool._generation:  # noqa: SLF001
        return False
    return bool(connection._protocol.queries_count < holder._max_queries)  # noqa: SLF001  # else it is to be replaced


def _is_at_rest(proxy: Any) -> bool:  # noqa: ANN401  # the same
    connection = proxy._con  # noqa: SLF001  # the same
    if connection is None or not _is_ready(proxy._holder) or connection.is_in_transaction():  # noqa: SLF001
        return False
    # The latter where the server refused to begin: asyncpg's `_reset` is what takes back that a transaction was begun.
    return not connection._protocol._is_cancelling() and connection._top_xact is None  # noqa: SLF001  # the same


class ReleasingContext(TransactionContextPooled):
    """A transaction that could not begin gives its connection back; else each outage would cost the pool one for ever."""

    async def __aenter__(self) -> TransactionalDBClient:
        """Begin on a connection of the pool, or return it."""
        await self.ensure_connection()
        pool = self.client._parent._pool  # noqa: SLF001  # Tortoise's own context reads it like this
        connection = await pool.acquire()
        try:
            self.client._connection = connection  # noqa: SLF001  # and sets it like this
            self.token = get_connections().set(self.connection_name, self.client)
            await self.client.begin()
        except BaseException:
            get_connections().reset(self.token)
            await pool.release(connection)
            raise
        return self.client


class BoundedClient(AsyncpgDBClient):
    """Tortoise's asyncpg client over a bounded pool."""

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        """Open the pool with the bounds of this module; asyncpg reads the URL itself, `sslmode` and all."""
        for part in ("host", "port", "user", "password", "database"):
            kwargs.pop(part, None)
        return await BoundedPool(
            kwargs.pop("dsn"),
            max_queries=50_000,
            max_inactive_connection_lifetime=300.0,
            connect=None,
            setup=None,
            init=None,
            reset=_as_it_is,
            record_class=asyncpg.Record,
            **kwargs,
        )

    async def rows(self, sql: str, values: Sequence[object]) -> Any:  # noqa: ANN401  # asyncpg's own records
        """What a statement answers with, on a connection of the pool, which has to be open."""
        pool: Any = self._pool
        connection = await pool._acquire(None)  # noqa: SLF001  # our own, without the context object around it
        try:
            return await connection.fetch(sql, *values)
        finally:
            await pool.release(connection)

    def _in_transaction(self) -> TransactionContext:
        return ReleasingContext(TransactionWrapper(self), self._pool_init_lock)


client_class = BoundedClient
