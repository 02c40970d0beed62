"""A database of each kind that nothing else serves: what falls due in it, falls due for the test alone."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from models.database import fetch
from tests import postgres
from tests.databases import Database

FILLED = (
    "delivery_attempt",
    "delivery",
    "webhook",
    "event",
    "mail",
    "audit_entry",
    "idempotency_record",
    "certificate",
    "course_version",
    "course",
    "api_key",
    "organization",
)
"""The tables that tests fill, each before those that it refers to."""


@pytest.fixture(scope="session")
def own_database(
    database: Database, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A migrated database of the same kind, beside the one that installations serve."""
    if not database.is_postgres:
        made = Database(f"sqlite:///{tmp_path_factory.mktemp('own') / 'truecerta.sqlite3'}")
        made.migrate()
        yield made
        return
    with postgres.fresh_database(request.getfixturevalue("postgres_server")) as url:
        made = Database(url)
        made.migrate()
        yield made


@pytest_asyncio.fixture
async def alone(own_database: Database) -> AsyncIterator[Database]:
    """That database, connected and empty."""
    async with own_database.connected():
        await fetch("UPDATE certificate SET renewed_by_id = NULL RETURNING id")
        for table in FILLED:
            await fetch(f"DELETE FROM {table} RETURNING 1")  # noqa: S608  # names of ours
        yield own_database
