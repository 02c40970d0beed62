"""The database behind the tables: SQLite or PostgreSQL, chosen by one URL."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.connection import get_connection
from tortoise.exceptions import DBConnectionError, OperationalError

from models import postgres_engine, sqlite_engine

POOL = {"minsize": 1, "maxsize": 16}
PATIENCE_MS = 600_000


def sqlite_path(url: str) -> Path | None:
    """Where the file of a `sqlite:///…` URL lies; None for another kind of URL.

    >>> sqlite_path("sqlite:////var/lib/truecerta/truecerta.sqlite3").as_posix()
    '/var/lib/truecerta/truecerta.sqlite3'
    >>> sqlite_path("postgres://localhost/truecerta") is None
    True
    """
    parts = urlsplit(url)
    return Path(unquote(parts.path.removeprefix("/"))) if parts.scheme == "sqlite" else None


def check_url(url: str) -> None:
    """A database URL names a SQLite file or a PostgreSQL database; ValueError with a sentence for any other.

    >>> check_url("mysql://localhost/truecerta")
    Traceback (most recent call last):
    ValueError: TRUECERTA_DATABASE_URL must begin with sqlite:/// or postgres://.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        if parts.netloc or not parts.path.strip("/"):
            raise ValueError("TRUECERTA_DATABASE_URL must name a file: sqlite:////absolute/path or sqlite:///relative.")
        return
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("TRUECERTA_DATABASE_URL must begin with sqlite:/// or postgres://.")
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("TRUECERTA_DATABASE_URL has a port that is not a number.") from None


def _connection(url: str, *, patient: bool) -> dict[str, Any]:
    path = sqlite_path(url)
    if path is not None:
        pragmas = {**sqlite_engine.PRAGMAS, **({"busy_timeout": PATIENCE_MS} if patient else {})}
        return {"engine": sqlite_engine.__name__, "credentials": {"file_path": str(path), **pragmas}}
    bounds = postgres_engine.PATIENT if patient else postgres_engine.BOUNDS
    return {"engine": postgres_engine.__name__, "credentials": {**POOL, **bounds, "dsn": url}}


def configuration_apps() -> dict[str, dict[str, Any]]:
    """The tables and migrations, as Tortoise calls them: one app."""
    return {"models": {"models": ["models"], "default_connection": "default", "migrations": "models.migrations"}}


def configuration(url: str, *, patient: bool = False) -> dict[str, Any]:
    """What Tortoise is to be started with for a database URL; a patient one waits for locks and long statements."""
    return {
        "connections": {"default": _connection(url, patient=patient)},
        "apps": {"models": {"models": ["models"], "default_connection": "default", "migrations": "models.migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


async def connect(url: str, *, patient: bool = False) -> None:
    """Make the tables usable from every task of this process, until `disconnect`."""
    await Tortoise.init(config=configuration(url, patient=patient), _enable_global_fallback=True)


async def disconnect() -> None:
    """Give every connection back. A process that ends without it hangs."""
    await Tortoise.close_connections()


def is_postgres() -> bool:
    """Whether the connected database is PostgreSQL."""
    return get_connection("default").capabilities.dialect == "postgres"


def is_in_transaction() -> bool:
    """Whether the caller's statements belong to a transaction."""
    return isinstance(get_connection("default"), TransactionalDBClient)


async def rows(sql: str, *values: object) -> Sequence[Sequence[Any]]:
    """The rows that a statement answers with, their columns by position, within the caller's transaction if there is one.

    Placeholders are `$1`, `$2`, … on both databases. Identifiers and instants come as such from PostgreSQL and as text from
    SQLite: `identity` and `instant` read either.
    """
    client = get_connection("default")
    if client.capabilities.dialect == "postgres":
        found: Sequence[Sequence[Any]] = await client._translate_exceptions(_rows_of_postgres, sql, values)  # type: ignore[attr-defined]  # noqa: SLF001  # no public way past its dicts
        return found
    _, listed = await client.execute_query(sql.replace("$", "?"), [_for_sqlite(value) for value in values])
    return listed  # type: ignore[return-value]  # they are sqlite3's own, which have positions as well as names


async def _rows_of_postgres(client: Any, sql: str, values: Sequence[object]) -> Any:  # noqa: ANN401  # Tortoise's own types
    client.log.debug("%s: %s", sql, values)
    if isinstance(client, postgres_engine.BoundedClient) and client._pool is not None:  # noqa: SLF001  # as Tortoise reads it
        return await client.rows(sql, values)
    async with client.acquire_connection() as connection:
        return await connection.fetch(sql, *values)


def _for_sqlite(value: object) -> object:
    """As Tortoise writes it there: instants are compared as text, so all of them are in UTC."""
    if isinstance(value, UUID):
        return str(value)
    return value.astimezone(UTC) if isinstance(value, datetime) else value


async def fetch(sql: str, *values: object) -> Sequence[dict[str, Any]]:
    """The rows that a statement answers with. Placeholders are `$1`, `$2`, … on both databases."""
    connection = get_connection("default")
    if not is_postgres():
        sql = sql.replace("$", "?")
    return await connection.execute_query_dict(sql, list(values))


def instant(column: datetime | str) -> datetime:
    """An instant in a row: SQLite answers with text.

    >>> instant("2026-03-15 10:00:00+00:00").hour
    10
    """
    return datetime.fromisoformat(column) if isinstance(column, str) else column


def identity(column: UUID | str) -> UUID:
    """An identifier in a row: SQLite answers with text.

    >>> identity("00000000-0000-0000-0000-000000000007").int
    7
    """
    return UUID(column) if isinstance(column, str) else column


_POSTGRES_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a statement on a connection that was told of the server's end and is not closed yet
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.TransactionRollbackError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresSystemError,
)
_SQLITE_FAULTS = ("no such", "syntax error", "has no column", "ambiguous")


def is_away(fault: BaseException) -> bool:
    """Whether a fault means that the database cannot serve right now: away, out of room, locked for too long, stopping.

    >>> is_away(OperationalError(sqlite3.OperationalError("database or disk is full")))
    True
    >>> is_away(OperationalError(sqlite3.OperationalError("no such table: course")))
    False
    """
    if isinstance(fault, OperationalError) and fault.args and isinstance(fault.args[0], BaseException):
        return is_away(fault.args[0])
    if isinstance(fault, sqlite3.OperationalError):
        return not any(sign in str(fault) for sign in _SQLITE_FAULTS)
    return isinstance(fault, (DBConnectionError, OSError, TimeoutError, *_POSTGRES_AWAY))


def is_lock_timeout(fault: BaseException) -> bool:
    """Whether a fault means that somebody else held a lock for too long."""
    return isinstance(fault, asyncpg.LockNotAvailableError)
