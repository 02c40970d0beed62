"""What tests share: each kind of database, an installation that serves it, and an academy of the test's own."""

from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar, cast

import httpx
import pytest
import pytest_asyncio

from models.database import fetch
from tests import agreement, postgres
from tests.academies import Academy, found_academy
from tests.databases import Database
from tests.installation import UNLIMITED, Installation
from tests.postbox import Postbox
from tests.receiver import Receiver, receiving

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
    "session",
    "membership",
    "organization",
    "user_account",
    "picture",
)
"""The tables that tests fill, each before those that it refers to."""
PROXY = "127.0.0.1"
SMALL_LIMITS = {
    "TRUECERTA_RATE_LIMIT_API": "5/minute",
    "TRUECERTA_RATE_LIMIT_PUBLIC": "4/minute",
    "TRUECERTA_RATE_LIMIT_MISSES": "3/minute",
    "TRUECERTA_RATE_LIMIT_WEBHOOK_TEST": "2/minute",
    "TRUECERTA_TRUSTED_PROXIES": PROXY,
}
DELIVERING = {
    **UNLIMITED,
    "TRUECERTA_RATE_LIMIT_WEBHOOK_TEST": "5/minute",
    "TRUECERTA_ALLOW_PRIVATE_WEBHOOKS": "true",
    "TRUECERTA_WEBHOOK_RETRIES": "1s,1s",
}
Thing = TypeVar("Thing")


class Kept:
    """Servers and databases that live as long as the process of tests, however often pytest goes from one kind to the other.

    pytest ends a fixture of the session when its parameter changes, which is twice in each file.
    """

    def __init__(self, endings: ExitStack) -> None:
        self._endings = endings
        self._things: dict[Hashable, object] = {}

    def get(self, name: Hashable, making: Iterator[Thing]) -> Thing:
        """The thing of this name; what `making` yields, the first time, which goes on at the very end."""
        if name not in self._things:
            self._things[name] = next(making)
            self._endings.callback(next, making, None)
        return cast("Thing", self._things[name])


@pytest.fixture(scope="session")
def kept() -> Iterator[Kept]:
    """What is made once."""
    with ExitStack() as endings:
        yield Kept(endings)


@pytest.fixture(scope="session")
def postgres_server(kept: Kept) -> str:
    """A PostgreSQL; that there is none is a failure."""
    return kept.get("postgres", _postgres())


def _postgres() -> Iterator[str]:
    with postgres.server_url() as url:
        yield url


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, kept: Kept) -> Database:
    """A migrated database of each kind."""
    kind = request.param
    return kept.get(("database", kind), _migrated(kind, request, tmp_path_factory.mktemp("database")))


@pytest.fixture(scope="session")
def own_database(
    database: Database, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, kept: Kept
) -> Database:
    """A migrated database of the same kind, which no installation serves: what falls due in it, falls due for the test."""
    kind = "postgres" if database.is_postgres else "sqlite"
    return kept.get(("own", kind), _migrated(kind, request, tmp_path_factory.mktemp("own")))


def _migrated(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    if kind == "sqlite":
        made = Database(f"sqlite:///{folder / 'truecerta.sqlite3'}")
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


@pytest.fixture
def empty_database(database: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of the same kind with nothing in it, the test's own."""
    yield from _another(database, tmp_path, request)


def _another(database: Database, folder: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    if not database.is_postgres:
        yield Database(f"sqlite:///{folder / 'own.sqlite3'}")
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
def installation(database: Database, tmp_path_factory: pytest.TempPathFactory, kept: Kept) -> Installation:
    """The service as a process, on each database, without limits."""
    return kept.get(("installation", database), _serving(database, tmp_path_factory.mktemp("installation"), UNLIMITED))


@pytest.fixture(scope="session")
def twin(
    database: Database, installation: Installation, tmp_path_factory: pytest.TempPathFactory, kept: Kept
) -> Installation:
    """A second process on the same database, which gives its links the same base."""
    settings = {**UNLIMITED, "TRUECERTA_PUBLIC_URL": installation.url}
    return kept.get(("twin", database), _serving(database, tmp_path_factory.mktemp("twin"), settings))


@pytest.fixture(scope="session")
def limited(database: Database, tmp_path_factory: pytest.TempPathFactory, kept: Kept) -> Installation:
    """A process on the same database with limits that are soon reached; it believes a proxy on 127.0.0.1."""
    return kept.get(("limited", database), _serving(database, tmp_path_factory.mktemp("limited"), SMALL_LIMITS))


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """A server that events are sent to."""
    with receiving() as made:
        yield made


@pytest.fixture(scope="session")
def postbox() -> Iterator[Postbox]:
    """A server that mails are sent to."""
    made = Postbox()
    made.start()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def delivering(
    database: Database,
    postbox: Postbox,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    kept: Kept,
) -> tuple[Installation, Database]:
    """A process on a database of its own that sends events to this machine, soon again where they fail, and real mails."""
    folder = tmp_path_factory.mktemp("delivering")
    own = kept.get(("delivered", database), _another(database, folder, request))
    settings = {**DELIVERING, "TRUECERTA_SMTP_URL": postbox.url}
    return kept.get(("delivering", own), _serving(own, folder, settings)), own


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


@pytest.fixture(scope="session")
def senders(delivering: tuple[Installation, Database]) -> Iterator[httpx.Client]:
    """A client of the installation that delivers; each answer is held against the contract."""
    with delivering[0].client(event_hooks={"response": [agreement.check]}) as client:
        yield client


@pytest.fixture
def sender(delivering: tuple[Installation, Database], senders: httpx.Client) -> Academy:
    """An academy whose events and mails arrive."""
    return found_academy(senders, delivering[1])


@pytest_asyncio.fixture
async def connected(database: Database) -> AsyncIterator[Database]:
    """The database, for services called within the test's process."""
    async with database.connected():
        yield database
