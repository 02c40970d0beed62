"""A transaction that begins with a statement: kept whole, undone whole, and never left open on a connection."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from tortoise.connection import get_connection

from models.database import POOL, fetch, rows
from models.postgres_transaction import begin_with
from tests.conftest import Kept
from tests.databases import Database
from tests.postgres import fresh_database
from tests.services.inside import outside, somebody_waits

LOCK = "SELECT pg_advisory_xact_lock(7)"
HELD = "SELECT count(*) AS number FROM pg_locks WHERE locktype = 'advisory' AND granted"


def _migrated(server: str) -> Iterator[Database]:
    with fresh_database(server) as url:
        made = Database(url)
        made.migrate()
        yield made


@pytest.fixture
def begun(postgres_server: str, kept: Kept) -> Database:
    """A migrated PostgreSQL."""
    return kept.get("begun", _migrated(postgres_server))


@pytest_asyncio.fixture
async def postgres(begun: Database) -> AsyncIterator[Database]:
    """The same, connected."""
    async with begun.connected():
        yield begun


async def plan(name: str) -> None:
    await rows("INSERT INTO plan (name) VALUES ($1) RETURNING name", name)


async def plans() -> set[str]:
    return {row["name"] for row in await fetch("SELECT name FROM plan WHERE name LIKE 'begun%'")}


async def all_at_rest() -> None:
    """Every connection of the pool can begin another transaction, and none holds a lock."""
    client = get_connection("default")

    async def one(everybody: asyncio.Barrier) -> None:
        async with begin_with("SELECT 1"):
            await everybody.wait()
            assert await rows("SELECT 1")

    everybody = asyncio.Barrier(POOL["maxsize"])
    await asyncio.gather(*(one(everybody) for _ in range(POOL["maxsize"])))
    assert get_connection("default") is client
    assert (await fetch(HELD))[0]["number"] == 0


@pytest.mark.usefixtures("postgres")
async def test_the_first_statement_and_the_others_are_one_transaction() -> None:
    async with begin_with(LOCK):
        await plan("begun")
        assert (await fetch(HELD))[0]["number"] == 1
    assert await plans() == {"begun"}
    await rows("DELETE FROM plan WHERE name = 'begun' RETURNING name")
    await all_at_rest()


@pytest.mark.usefixtures("postgres")
async def test_what_fails_is_undone() -> None:
    async def fail() -> None:
        async with begin_with(LOCK):
            await plan("begun and failed")
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert await plans() == set()
    await all_at_rest()


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize("first", ["SELECT 1/0", "SELECT pg_terminate_backend(pg_backend_pid())"])
async def test_a_transaction_that_could_not_begin_leaves_no_connection_open(first: str) -> None:
    async def begin() -> None:
        async with begin_with(first):
            raise AssertionError("It began.")

    for _ in range(POOL["maxsize"] + 1):
        with pytest.raises(Exception, match=r"division by zero|terminat|closed"):
            await begin()
    await all_at_rest()


async def test_whoever_is_cancelled_while_it_waits_to_begin_leaves_nothing(postgres: Database) -> None:
    async def begin() -> None:
        async with begin_with(LOCK):
            raise AssertionError("It began.")

    async with outside(postgres) as execute:
        await execute("SELECT pg_advisory_lock(7)")
        waiting = asyncio.create_task(begin())
        await somebody_waits(waiting)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await execute("SELECT pg_advisory_unlock(7)")
    await all_at_rest()
