"""An installation to prove things on: its own folder, its own database of either kind, an academy, courses, a key."""

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import asyncpg
import orjson

from bench.connection import Connection, LostError, Reply
from tests.installation import UNLIMITED, Installation
from tests.postgres import fresh_database, server_url

CERTIFICATES = "/api/v1/certificates"
VERIFY = "/api/v1/verify"
SETTINGS = {**UNLIMITED, "TRUECERTA_RATE_LIMIT_WEBHOOK_TEST": "off", "TRUECERTA_LOG_FORMAT": "json"}
TO_LOOPBACK = {"TRUECERTA_ALLOW_PRIVATE_WEBHOOKS": "true"}
"""What an installation is told whose receivers are on this machine."""
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})


@dataclass
class Place:
    """A serving installation, and the way past it into its database."""

    installation: Installation
    key: str
    organization_id: str

    def connection(self) -> Connection:
        """A new client's connection, with the academy's key."""
        return Connection(self.installation.port, self.key)

    def course(self, name: str, months: int | None = 12) -> str:
        """A new course's id."""
        with self.installation.client(self.key) as client:
            answer = client.post("/api/v1/courses", json={"name": name, "validity_period_months": months})
        return str(answer.raise_for_status().json()["data"]["id"])

    def faults(self) -> list[str]:
        """What the service and its workers logged as faults of their own, as people read it."""
        logged = [line for log in self._logs() for line in _lines(log) if isinstance(line, dict)]
        faults = [line for line in logged if line["level"] in {"error", "critical"}]
        return [f"{line['event']}\n{line.get('exception', '')}" for line in faults]

    def broken_lines(self) -> list[str]:
        """Lines of the log that are not one JSON object each."""
        return [line for log in self._logs() for line in _lines(log) if isinstance(line, str)]

    def _logs(self) -> list[Path]:
        return sorted(self.installation.folder.glob("*.log"))

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database itself answers."""
        if self.installation.database_url is not None:
            connection = await asyncpg.connect(self.installation.database_url)
            try:
                return [tuple(row) for row in await connection.fetch(sql)]
            finally:
                await connection.close()
        with closing(self._file()) as database:
            return list(database.execute(sql))

    async def value(self, sql: str) -> Any:  # noqa: ANN401  # whatever the statement counts
        """The one value that a statement answers with."""
        return (await self.rows(sql))[0][0]

    async def change(self, sql: str, values: Sequence[tuple[object, ...]]) -> None:
        """Change rows behind the service's back, with `$1`, `$2`, … for each of the values, in one transaction."""
        if self.installation.database_url is not None:
            connection = await asyncpg.connect(self.installation.database_url)
            try:
                await connection.executemany(sql, values)
            finally:
                await connection.close()
            return
        with closing(self._file()) as database, database:
            database.executemany(sql.replace("$", "?"), values)

    def _file(self) -> sqlite3.Connection:
        return sqlite3.connect(self.installation.folder / "truecerta.sqlite3", timeout=30)


def _lines(log: Path) -> list[dict[str, Any] | str]:
    return [_parsed(line) for line in log.read_text().splitlines() if line.startswith("{")]


def _parsed(line: str) -> dict[str, Any] | str:
    try:
        found: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError:
        return line
    return found


@contextmanager
def installed(
    database: str, *, workers: int = 1, more: Sequence[str] = (), settings: Mapping[str, str] = NO_SETTINGS
) -> Iterator[Place]:
    """A new installation that serves, with one academy; gone afterwards. `more` goes to `serve`."""
    with (
        tempfile.TemporaryDirectory(prefix="tc-bench-") as folder,
        _database(database) as url,
        serving(Path(folder), url, workers=workers, more=more, settings=settings) as place,
    ):
        yield place


@contextmanager
def serving(
    folder: Path,
    url: str | None,
    *,
    workers: int,
    more: Sequence[str] = (),
    settings: Mapping[str, str] = NO_SETTINGS,
) -> Iterator[Place]:
    """An installation on a database that exists, with a new academy, serving until the end of the block."""
    installation = Installation(folder, url, {**SETTINGS, **settings})
    academy = installation.organization()
    installation.start("--workers", str(workers), *more)
    try:
        yield Place(installation, academy["api_key"], academy["organization_id"])
    finally:
        installation.kill()


@contextmanager
def _database(kind: str) -> Iterator[str | None]:
    if kind == "sqlite":
        yield None
        return
    with server_url() as server, fresh_database(server) as url:
        yield url


def holder(number: int, course_id: str) -> dict[str, str]:
    """What is asked for to issue the certificate of this number."""
    return {"course_id": course_id, "holder_name": f"Jane Doe {number}", "holder_email": f"jane.{number}@example.com"}


async def walk(connection: Connection, limit: int, course_id: str | None = None) -> AsyncIterator[list[dict[str, Any]]]:
    """Every page of the list, newest first, as an integrator walks it."""
    course = f"&course_id={course_id}" if course_id else ""
    cursor, has_more = "", True
    while has_more:
        answer = await patiently(connection, f"{CERTIFICATES}?limit={limit}{course}{cursor}")
        if answer.status != 200:
            message = f"A page was answered with {answer.status}: {answer.body[:200]!r}"
            raise RuntimeError(message)
        page = answer.json
        yield page["data"]
        has_more = page["pagination"]["has_more"]
        cursor = f"&cursor={page['pagination']['cursor']}"


async def patiently(connection: Connection, path: str) -> Reply:
    """An answer to a question, asked again when the connection was lost: an idle one may be closed by the server."""
    for _ in range(3):
        try:
            return await connection.get(path)
        except LostError:
            await asyncio.sleep(0.05)
    return await connection.get(path)
