"""A transaction that could not begin leaves its connection as it was, for whoever comes next."""

import asyncio
import sqlite3
from contextlib import closing

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from models.database import POOL, fetch, sqlite_path
from tests.databases import Database


async def begin() -> None:
    async with in_transaction():
        raise AssertionError("It began.")


async def begun_and_ended() -> bool:
    async with in_transaction():
        return bool(await fetch("SELECT 1"))


async def test_a_connection_whose_server_refused_to_begin_is_as_good_as_new(
    connected: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not connected.is_postgres:
        return
    execute = asyncpg.Connection.execute

    async def refused(self: asyncpg.Connection, query: str, *values: object, **named: object) -> str:
        sent = "BEGIN AND NO MORE;" if query.startswith("BEGIN") else query
        return str(await execute(self, sent, *values, **named))

    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.Connection, "execute", refused)
        for _ in range(2 * POOL["maxsize"]):
            with pytest.raises((OperationalError, asyncpg.PostgresSyntaxError), match="syntax error"):
                await begin()
    assert (
        await asyncio.gather(*(begun_and_ended() for _ in range(2 * POOL["maxsize"]))) == [True] * 2 * POOL["maxsize"]
    )


async def test_whoever_is_cancelled_while_it_waits_for_the_write_lock_does_not_get_it(connected: Database) -> None:
    path = sqlite_path(connected.url)
    if path is None:
        return  # tests/models/test_postgres_transaction.py asks PostgreSQL
    assert await begun_and_ended()  # the connection is open from here on
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(begin())
        while not get_connection("default")._lock.locked():  # type: ignore[attr-defined]  # Tortoise tells it nowhere else
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.sleep(0)  # it has heard of it before the lock is free
        other.execute("ROLLBACK")
        with pytest.raises(asyncio.CancelledError):
            await waiting
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    assert await begun_and_ended()
