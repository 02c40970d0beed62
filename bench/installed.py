"""An installation to prove things on: its own folder, its own database of either kind, an academy, courses, a key."""

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from bench.connection import Connection, LostError, Reply
from tests.installation import UNLIMITED, Installation
from tests.postgres import fresh_database, server_url

CERTIFICATES = "/api/v1/certificates"
VERIFY = "/api/v1/verify"


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
        """What the service logged as faults of its own, as people read it."""
        logged = [line for line in self._logged() if isinstance(line, dict)]
        faults = [line for line in logged if line["level"] in {"error", "critical"}]
        return [f"{line['event']}\n{line.get('exception', '')}" for line in faults]

    def broken_lines(self) -> list[str]:
        """Lines of the log that are not one JSON object each."""
        return [line for line in self._logged() if isinstance(line, str)]

    def _logged(self) -> list[dict[str, Any] | str]:
        lines = self.installation.log.read_text().splitlines()
        return [_parsed(line) for line in lines if line.startswith("{")]

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database itself answers."""
        if self.installation.database_url is not None:
            connection = await asyncpg.connect(self.installation.database_url)
            try:
                return [tuple(row) for row in await connection.fetch(sql)]
            finally:
                await connection.close()
        with closing(sqlite3.connect(self.installation.folder / "truecerta.sqlite3")) as database:
            return list(database.execute(sql))

    async def value(self, sql: str) -> Any:  # noqa: ANN401  # whatever the statement counts
        """The one value that a statement answers with."""
        return (await self.rows(sql))[0][0]


def _parsed(line: str) -> dict[str, Any] | str:
    try:
        found: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError:
        return line
    return found


@contextmanager
def installed(database: str, *, workers: int) -> Iterator[Place]:
    """A new installation that serves, with one academy; gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="tc-bench-") as folder,
        _database(database) as url,
        serving(Path(folder), url, workers=workers) as place,
    ):
        yield place


@contextmanager
def serving(folder: Path, url: str | None, *, workers: int) -> Iterator[Place]:
    """An installation on a database that exists, with a new academy, serving until the end of the block."""
    installation = Installation(folder, url, {**UNLIMITED, "TRUECERTA_LOG_FORMAT": "json"})
    academy = installation.organization()
    installation.start("--workers", str(workers))
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
