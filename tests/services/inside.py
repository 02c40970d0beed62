"""An academy as the services know it, within the test's own process, and what stands beside it there."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE
from typing import Any, TypeVar
from uuid import UUID

import aiosqlite
import asyncpg
from tortoise.transactions import in_transaction

from models.database import POOL, fetch, is_postgres, sqlite_path
from rules import claims
from rules.certificates import Certificate
from rules.deliveries import Attempt
from rules.events import EventKind
from services import api_keys, certificates, courses, delivery_queue, events, organizations, webhooks
from services.callers import Caller
from services.delivery_queue import Leased
from services.events import Event
from services.keyring import Keyring
from services.webhooks import NewSecret
from tests.databases import Database

Result = TypeVar("Result")
Execute = Callable[..., Awaitable[object]]

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KEYRING = Keyring("a secret key of forty characters or more")
URL = "https://example.com/hooks"


@dataclass(frozen=True)
class Academy:
    """An organization with a key and a course."""

    id: UUID
    caller: Caller
    course_id: UUID

    async def issue(
        self,
        now: datetime = NOW,
        *,
        issued_at: datetime | None = None,
        notify: bool = False,
        course: UUID | None = None,
    ) -> Certificate:
        """A certificate, of which its holder hears only if asked."""
        wanted = certificates.Wanted(course or self.course_id, "Jane Doe", "jane@example.com", issued_at, notify)
        return await certificates.issue(self.caller, wanted, now)

    async def several(self, number: int) -> list[Certificate]:
        """As many certificates, a second apart."""
        return [await self.issue(NOW + timedelta(seconds=each)) for each in range(number)]

    async def endpoint(self, *kinds: EventKind, url: str = URL) -> NewSecret:
        """An endpoint for these kinds of events, for all where none is named."""
        wanted = webhooks.Wanted(url, list(kinds) or None)
        return await webhooks.create(self.caller, wanted, KEYRING, NOW)

    async def feed(self, after: int | None = None, kind: EventKind | None = None, limit: int = 50) -> list[Event]:
        """The whole feed after a place, page by page."""
        found: list[Event] = []
        while True:
            page = await events.page(self.id, found[-1].position if found else after, kind, limit)
            assert len(page.items) <= limit
            found += page.items
            if not page.has_more:
                return found

    async def kinds(self) -> list[EventKind]:
        """What has happened, in order."""
        return [event.kind for event in await self.feed()]


async def academy(months: int | None = None, name: str = "Example Academy") -> Academy:
    """A new academy whose certificates last so many months."""
    made = await organizations.create(name=name, email="office@example.com", now=NOW)
    caller = await api_keys.caller(made.api_key)
    assert caller is not None
    course = await courses.create(caller, {"name": "Web Development", "validity_period_months": months}, NOW)
    return Academy(made.id, caller, course.id)


def token(certificate: Certificate, now: datetime = NOW) -> str:
    """What the link in its holder's mail carries."""
    return claims.token(KEYRING.claim_keys[0], certificate.id, certificate.holder_email, now)


def attempt(status: int | None, at: datetime = NOW, *, retry_after: str | None = None) -> Attempt:
    """A request to an endpoint that came to this."""
    error = None if status == 200 else f"It answered {status}."
    return Attempt(at, 12, status, error, "Some answer", retry_after)


async def lease_all(webhook_id: UUID, now: datetime = NOW, most: int = 1000) -> list[Leased]:
    """What is due for an endpoint."""
    return await delivery_queue.lease(webhook_id, most, now, KEYRING)


async def count(table: str) -> int:
    """How many rows a table has."""
    (row,) = await fetch(f"SELECT count(*) AS number FROM {table}")  # noqa: S608  # names of ours
    return int(row["number"])


async def counts(*tables: str) -> dict[str, int]:
    """How many rows these tables have."""
    return {table: await count(table) for table in tables}


async def waiting(now: datetime, busy: Collection[UUID] = (), most: int = 100) -> list[UUID]:
    """The endpoints that something is due for, in their order."""
    return [due.webhook_id for due in await delivery_queue.due_webhooks(now, busy, most)]


async def at_once(*work: Awaitable[Result]) -> list[Result]:
    """Everything together, each on a connection of its own where the database has several, and all of them open."""
    if is_postgres():
        everybody = asyncio.Barrier(POOL["maxsize"])
        await asyncio.gather(*(_open(everybody) for _ in range(POOL["maxsize"])))
    return list(await asyncio.gather(*work))


async def _open(everybody: asyncio.Barrier) -> None:
    async with in_transaction():
        await everybody.wait()


_ELSEWHERE = """
import asyncio, importlib, json, sys
from tests.databases import Database

module, name, url, *arguments = sys.argv[1:]
work = getattr(importlib.import_module(module), name)
print(json.dumps(Database(url).run(lambda: work(*arguments))))
"""


async def elsewhere(database: Database, work: Callable[..., Awaitable[Any]], *arguments: object) -> Any:  # noqa: ANN401  # JSON
    """What a function of a test module answers in a process of its own; it is given its arguments as text."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _ELSEWHERE, work.__module__, work.__name__, database.url, *map(str, arguments)),
        cwd=Path(__file__).parents[2],
        stdout=PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(out)


@asynccontextmanager
async def outside(database: Database) -> AsyncIterator[Execute]:
    """Another connection, as another process would have it: `execute(sql, *values)`."""
    path = sqlite_path(database.url)
    if path is None:
        connection = await asyncpg.connect(database.url)
        try:
            yield connection.execute
        finally:
            await connection.close()
        return
    async with aiosqlite.connect(path, isolation_level=None) as file:

        async def execute(sql: str, *values: object) -> object:
            return await file.execute_fetchall(sql.replace("$", "?"), values)

        await execute("PRAGMA foreign_keys = ON")
        yield execute


@asynccontextmanager
async def failing(table: str, change: str = "INSERT") -> AsyncIterator[None]:
    """Meanwhile, the database itself refuses such changes of a table."""
    if is_postgres():
        await fetch(
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RAISE EXCEPTION ''refused''; END'"
        )
        does = "FOR EACH ROW EXECUTE FUNCTION refuse()"
    else:
        does = "BEGIN SELECT RAISE(ABORT, 'refused'); END"
    await fetch(f"CREATE TRIGGER refusal BEFORE {change} ON {table} {does}")
    try:
        yield
    finally:
        await fetch("DROP TRIGGER refusal" + (f" ON {table}" if is_postgres() else ""))


@asynccontextmanager
async def waiting_before(
    execute: Execute, table: str, change: str = "INSERT"
) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """On PostgreSQL, whoever makes such a change in a table waits right before it, until he is let go."""
    await fetch(
        "CREATE OR REPLACE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END'"
    )
    await fetch(f"CREATE TRIGGER pausing BEFORE {change} ON {table} FOR EACH ROW EXECUTE FUNCTION pause()")
    await execute("SELECT pg_advisory_lock(1)")
    try:
        yield lambda: execute("SELECT pg_advisory_unlock(1)")
    finally:
        await execute("SELECT pg_advisory_unlock_all()")
        await fetch(f"DROP TRIGGER pausing ON {table}")


async def somebody_waits(*unfinished: "asyncio.Task[Any]", number: int = 1) -> None:
    """Returns once so many wait for a lock in PostgreSQL, which these are to be."""
    asked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while len(await fetch(asked)) < number:
        assert not any(task.done() for task in unfinished)


def row_of(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The one row that there is."""
    (row,) = rows
    return row
