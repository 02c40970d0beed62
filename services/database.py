"""The database as a whole: opened, migrated one process at a time, asked how it is, copied."""

import secrets
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor
from tortoise.transactions import in_transaction

from models import database

LOCK = 7_283_110_542_190_001
"""The advisory lock under which PostgreSQL is migrated; any number, the same for ever."""

is_away = database.is_away
connect = database.connect
disconnect = database.disconnect
sqlite_path = database.sqlite_path
check_url = database.check_url


async def migrate(url: str) -> list[str]:
    """Bring the tables up to date and name the migrations applied: all of them, or none if one fails.

    Of several processes at once one works and the others wait: on PostgreSQL for an advisory lock, on SQLite for the
    write lock that the transaction begins with.
    """
    applied: list[str] = []

    def progress(event: str, _app: str, name: str) -> None:
        if event == "apply_done":
            applied.append(name)

    path = database.sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()  # says what is wrong with the place more plainly than SQLite does
    await database.connect(url, patient=True)
    try:
        async with in_transaction() as connection:
            if database.is_postgres():
                await database.fetch("SELECT pg_advisory_xact_lock($1)", LOCK)
            # The executor is given the transaction: what it records commits with what it did. It looks for its own table
            # before it makes it, and a failed look-up would end the transaction: so the table is made first.
            executor = MigrationExecutor(connection, database.configuration_apps())
            await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))  # noqa: SLF001
            await executor.migrate(progress=progress)
    finally:
        await database.disconnect()
    return applied


async def pending() -> list[str]:
    """The migrations that the connected database lacks."""
    executor = MigrationExecutor(get_connection("default"), database.configuration_apps())
    return [step.migration.name for step in await executor.plan()]


async def is_new() -> bool:
    """Whether no migration was ever applied to the connected database."""
    executor = MigrationExecutor(get_connection("default"), database.configuration_apps())
    return not await executor.recorder.applied_migrations()


async def writable(now: datetime) -> None:
    """Raises what is in the way when the connected database takes no change.

    A real one, committed: a full disk shows nowhere else.
    """
    change = (
        "INSERT INTO heartbeat (name, at) VALUES ($1, $2)"
        " ON CONFLICT (name) DO UPDATE SET at = excluded.at RETURNING name"
    )
    await database.fetch(change, "readiness", now)


def backup(source: Path, target: Path) -> None:
    """A consistent copy of a SQLite database, made while it is in use, and checked before it gets its name."""
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as live,
            closing(sqlite3.connect(part)) as copy,
        ):
            # Held open while the copy is made: without it, SQLite begins again at every commit of somebody else.
            live.execute("BEGIN")
            live.execute("SELECT count(*) FROM sqlite_master").fetchone()
            live.backup(copy)
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(f"The copy is damaged: {verdict}")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
