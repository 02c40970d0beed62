"""The ground on which engines are measured: PostgreSQL, Valkey, a filled database, and a copy of it for each engine."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import asyncpg

from bench.million_rows import Filled, Population, fill
from bench.proof import Proof
from bench.speed_engines import Engine, Running, serving
from bench.speed_machine import Cores
from bench.speed_operations import Seeds
from tests import valkey
from tests.postgres import OwnServer, fresh_database, own_server

SHARED_BUFFERS = "512MB"
"""So that the copies of the database don't push one another out of PostgreSQL's memory."""
SETTINGS = ("server_version", "synchronous_commit", "fsync", "shared_buffers", "autovacuum")


class Ground(NamedTuple):
    """Engines that answer, what to ask them for, and the PostgreSQL below them."""

    engines: Sequence[Running]
    seeds: Seeds
    postgres: OwnServer
    filled: str
    """The database that all others are copies of, which nobody is connected to."""
    valkey: valkey.Server
    facts: str
    """How PostgreSQL is set."""


@contextmanager
def prepared(engines: Sequence[Engine], rows: int, cores: Cores, proof: Proof, folder: Path) -> Iterator[Ground]:
    """All of it, until the end of the block."""
    with ExitStack() as stack:
        postgres = stack.enter_context(own_server())
        asyncio.run(_execute(postgres.url, f"ALTER SYSTEM SET shared_buffers = '{SHARED_BUFFERS}'"))
        postgres.stop()
        postgres.start()
        filled_url = stack.enter_context(fresh_database(postgres.url))
        filled = asyncio.run(_filled(filled_url, Population("speed", rows, rows // 10), proof))
        seeds = asyncio.run(_seeds(filled, proof))
        proof.say(f"{rows:,} certificates; {len(seeds.claimed):,} of them have an assertion")
        limits = valkey.start()
        stack.callback(limits.stop)
        running = []
        for engine in engines:
            url = stack.enter_context(fresh_database(postgres.url, like=filled_url))
            running.append(stack.enter_context(serving(engine, url, folder, cores, limits.url)))
            proof.say(f"{engine.title} answers on port {running[-1].port}")
        facts = asyncio.run(_facts(postgres.url))
        yield Ground(running, seeds, postgres, filled_url, limits, facts)


async def _filled(url: str, population: Population, proof: Proof) -> Filled:
    filled = await fill(url, population, proof.chance)
    with filled.tables:
        await filled.tables.close_connections()  # only what nobody is connected to can be copied
    return filled


async def _seeds(filled: Filled, proof: Proof) -> Seeds:
    """The academy's codes in an order by lot, and apart those with an assertion: claimed and not revoked."""
    connection = await asyncpg.connect(filled.url)
    try:
        sql = (
            "SELECT code, claimed_at IS NOT NULL AND revoked_at IS NULL AS claimed, expires_at IS NULL AS lasting"
            " FROM certificate WHERE organization_id = $1 ORDER BY code"
        )
        rows = await connection.fetch(sql, filled.organization_id)
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    proof.chance.shuffle(rows)
    claimed = [row["code"] for row in rows if row["claimed"]]
    lasting = next(row["code"] for row in rows if row["claimed"] and row["lasting"])
    return Seeds(filled.key, str(filled.course_id), [row["code"] for row in rows], claimed, lasting)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _facts(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        settings = [(name, await connection.fetchval(f"SHOW {name}")) for name in SETTINGS]
    finally:
        await connection.close()
    return ", ".join(f"{name} {value}" for name, value in settings)
