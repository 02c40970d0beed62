"""PostgreSQL tells of every column that an answer for everybody shows, and of no other: found out column by column."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
import pytest_asyncio

from models.changes import CHANNEL
from tests.databases import Database
from tests.postgres import fresh_database

CODE = "TRC-EXA-26-222222"
ROWS = """
INSERT INTO organization (id, name, email, code_letters, plan_id, certificates_used, courses_used, created_at)
VALUES ('00000000-0000-0000-0000-000000000001', 'Example Academy', 'office@example.com', 'EXA', 'unlimited', 0, 0, now());
INSERT INTO course (id, organization_id, present_version, created_at)
VALUES ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000001', 1, now());
INSERT INTO course_version (id, course_id, number, name, created_at)
VALUES ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000002', 1, 'Web Development', now());
INSERT INTO certificate (id, code, organization_id, course_id, course_version_id, holder_name, holder_email, issued_at,
    created_at)
VALUES ('00000000-0000-0000-0000-000000000004', 'TRC-EXA-26-222222', '00000000-0000-0000-0000-000000000001',
    '00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000003', 'Jane Doe', 'jane@example.com',
    now(), now())
"""
NOT_SHOWN = {
    "organization": {
        "accent_colour",
        "certificate_design",
        "certificate_language",
        "certificate_paper",
        "certificates_used",
        "code_letters",
        "courses_used",
        "created_at",
        "plan_id",
        "signatory_name",
        "signatory_title",
    },
    "course": {"created_at", "present_version", "validity_period_months"},
    "course_version": {"created_at"},
    "certificate": {"created_at", "expired_noted_at", "expiring_noted_at", "holder_key"},
}
"""What no answer for everybody shows: marks, counters, what is found by it, how documents look."""
OTHER = {
    "uuid": "gen_random_uuid()",
    "character varying": "left(md5(random()::text), 3)",
    "text": "md5(random()::text)",
    "timestamp with time zone": "clock_timestamp()",
    "integer": "(random() * 30000)::int",
    "smallint": "(random() * 30000)::int",
}
FOREIGN_KEYS = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f'"
COLUMNS = (
    "SELECT table_name, column_name, data_type, is_nullable = 'YES' AS nullable FROM information_schema.columns"
    " WHERE table_schema = 'public' AND table_name = ANY ($1) ORDER BY 1, 2"
)


class Ear:
    """What is told of what one does."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self._words: asyncio.Queue[str] = asyncio.Queue()

    def hear(self, *told: object) -> None:
        """A word comes in."""
        self._words.put_nowait(str(told[-1]))

    async def told_of(self, statement: str) -> list[str]:
        """What is told until a word that is sent after it."""
        await self.connection.execute(statement)
        await self.connection.execute(f"SELECT pg_notify('{CHANNEL}', 'the end')")
        words = []
        async with asyncio.timeout(20):
            while (word := await self._words.get()) != "the end":
                words.append(word)
        return words


@pytest.fixture(scope="module")
def url(postgres_server: str) -> Iterator[str]:
    """A migrated PostgreSQL of one's own."""
    with fresh_database(postgres_server) as made:
        Database(made).migrate()
        yield made


@pytest_asyncio.fixture
async def ear(url: str) -> AsyncIterator[Ear]:
    """Somebody who listens, on a database with one row of each, in which any id may be written."""
    connection = await asyncpg.connect(url)
    try:
        for table, name in await connection.fetch(FOREIGN_KEYS):
            await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        made = Ear(connection)
        await connection.add_listener(CHANNEL, made.hear)
        await connection.execute(f"TRUNCATE {', '.join(NOT_SHOWN)}")
        await made.told_of("SELECT 1")
        assert await made.told_of(ROWS) == []
        yield made
    finally:
        await connection.close()


async def test_every_column_that_is_shown_is_told_and_no_other(ear: Ear) -> None:
    columns = await ear.connection.fetch(COLUMNS, list(NOT_SHOWN))
    assert {(row["table_name"], row["column_name"]) for row in columns} >= {
        (table, column) for table, hidden in NOT_SHOWN.items() for column in hidden
    }
    for table, column, kind, nullable in columns:
        for value in [OTHER[kind], *(["NULL", OTHER[kind]] if nullable else [])]:
            code = await ear.connection.fetchval("SELECT code FROM certificate")
            told = await ear.told_of(f"UPDATE {table} SET {column} = {value}")  # noqa: S608  # names of ours
            assert told == expected(table, column, code), f"{table}.{column} = {value}"
            again = await ear.told_of(f"UPDATE {table} SET {column} = {column}")  # noqa: S608  # names of ours
            assert again == [], f"{table}.{column} as it was"


def expected(table: str, column: str, code: str) -> list[str]:
    """What is to be told; with another code or id a certificate is another one, also for what it replaced."""
    if column in NOT_SHOWN[table]:
        return []
    if table != "certificate":
        return [""]
    return [code, ""] if column in {"id", "code"} else [code]


@pytest.mark.parametrize("table", NOT_SHOWN)
async def test_a_row_that_goes_is_told(ear: Ear, table: str) -> None:
    assert await ear.told_of(f"DELETE FROM {table}") == [CODE if table == "certificate" else ""]  # noqa: S608
    assert await ear.told_of(f"TRUNCATE {table}") == [""]


async def test_what_is_taken_back_is_not_told(ear: Ear) -> None:
    transaction = ear.connection.transaction()
    await transaction.start()
    await ear.connection.execute("UPDATE certificate SET revoked_at = now()")
    await transaction.rollback()
    assert await ear.told_of("SELECT 1") == []


async def test_many_at_once_are_told_each(ear: Ear) -> None:
    codes = [f"TRC-EXA-26-{number:06}" for number in range(300)]
    await ear.connection.executemany(
        "INSERT INTO certificate (id, code, organization_id, course_id, course_version_id, holder_name, holder_email,"
        " issued_at, created_at) SELECT gen_random_uuid(), $1, organization_id, course_id, course_version_id, 'x', 'x',"
        " issued_at, clock_timestamp() FROM certificate LIMIT 1",
        [(code,) for code in codes],
    )
    told = await ear.told_of("UPDATE certificate SET revoked_at = now()")
    assert sorted(told) == sorted([CODE, *codes])
