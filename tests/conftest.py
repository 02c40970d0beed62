"""What tests share: each kind of database, an installation that serves it, and an academy of the test's own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests import agreement, postgres
from tests.academies import Academy, found_academy
from tests.databases import Database
from tests.installation import UNLIMITED, Installation

PROXY = "127.0.0.1"
SMALL_LIMITS = {
    "TRUECERTA_RATE_LIMIT_API": "5/minute",
    "TRUECERTA_RATE_LIMIT_PUBLIC": "4/minute",
    "TRUECERTA_RATE_LIMIT_MISSES": "3/minute",
    "TRUECERTA_TRUSTED_PROXIES": PROXY,
}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL; that there is none is a failure."""
    with postgres.server_url() as url:
        yield url


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A migrated database of each kind."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path_factory.mktemp('database') / 'truecerta.sqlite3'}")
        made.migrate()
        yield made
        return
    with postgres.fresh_database(request.getfixturevalue("postgres_server")) as url:
        made = Database(url)
        made.migrate()
        yield made


@pytest.fixture
def empty_database(database: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of the same kind with nothing in it, the test's own."""
    if not database.is_postgres:
        yield Database(f"sqlite:///{tmp_path / 'own.sqlite3'}")
        return
    with postgres.fresh_database(request.getfixturevalue("postgres_server")) as url:
        yield Database(url)


def _serving(database: Database, folder: Path, environment: dict[str, str]) -> Iterator[Installation]:
    installation = Installation(folder, database.url, dict(environment))
    installation.start()
    try:
        yield installation
    finally:
        installation.stop()


@pytest.fixture(scope="session")
def installation(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The service as a process, on each database, without limits."""
    yield from _serving(database, tmp_path_factory.mktemp("installation"), UNLIMITED)


@pytest.fixture(scope="session")
def twin(
    database: Database, installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A second process on the same database, which gives its links the same base."""
    settings = {**UNLIMITED, "TRUECERTA_PUBLIC_URL": installation.url}
    yield from _serving(database, tmp_path_factory.mktemp("twin"), settings)


@pytest.fixture(scope="session")
def limited(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A process on the same database with limits that are soon reached; it believes a proxy on 127.0.0.1."""
    yield from _serving(database, tmp_path_factory.mktemp("limited"), SMALL_LIMITS)


@pytest.fixture(scope="session")
def anyone(installation: Installation) -> Iterator[httpx.Client]:
    """A client without a key; each answer is held against the contract."""
    with installation.client(event_hooks={"response": [agreement.check]}) as client:
        yield client


@pytest.fixture
def academy(anyone: httpx.Client, database: Database) -> Academy:
    """An academy of the test's own, without limits."""
    return found_academy(anyone, database)


@pytest.fixture
def rival(anyone: httpx.Client, database: Database) -> Academy:
    """Another academy on the same installation."""
    return found_academy(anyone, database, name="Other Academy")


@pytest_asyncio.fixture
async def connected(database: Database) -> AsyncIterator[Database]:
    """The database, for services called within the test's process."""
    async with database.connected():
        yield database
