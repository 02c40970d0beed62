"""What the worker's tests share: an outbox of their own, filled as an academy and its endpoints fill it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
import pytest_asyncio

from models import Certificate, Delivery, DeliveryAttempt, Event, Mail, Webhook
from services import certificates, courses, events, organizations, webhooks
from services.keyring import Keyring
from tests import postgres
from tests.databases import Database

KEYRING = Keyring("a-secret-key-for-tests-only-0123456789")


@dataclass(frozen=True)
class Outbox:
    """An academy alone on its installation: what it does ends up in the outbox."""

    academy: UUID
    course: UUID

    async def endpoint(self, url: str = "https://receiver.example/hook") -> UUID:
        """A new endpoint."""
        made = await webhooks.create(self.academy, webhooks.Wanted(url), KEYRING, datetime.now(UTC))
        return made.webhook.id

    async def happen(self, count: int = 1) -> None:
        """Something happens, so often: an event for each endpoint, and no mail."""
        for _ in range(count):
            await events.send_test(self.academy, datetime.now(UTC))

    async def issue(self, email: str = "jane@example.com") -> UUID:
        """A certificate; its holder is to be asked to claim it."""
        now = datetime.now(UTC)
        wanted = certificates.Wanted(self.course, "Jane Doe", email, None)
        return (await certificates.issue(self.academy, wanted, now)).id

    async def statuses(self) -> list[str]:
        """Where each delivery stands."""
        return sorted([str(row.status) for row in await Delivery.all()])

    async def unsent_mails(self) -> int:
        """How many mails are still to be sent."""
        return await Mail.filter(due_at__isnull=False).count()


@pytest.fixture(scope="session")
def quiet_database(
    database: Database, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database of the same kind that no other worker works on."""
    if not database.is_postgres:
        made = Database(f"sqlite:///{tmp_path_factory.mktemp('quiet') / 'truecerta.sqlite3'}")
        made.migrate()
        yield made
        return
    with postgres.fresh_database(request.getfixturevalue("postgres_server")) as url:
        made = Database(url)
        made.migrate()
        yield made


@pytest_asyncio.fixture
async def outbox(quiet_database: Database) -> AsyncIterator[Outbox]:
    """An academy with a course, and nothing of another test in the outbox."""
    async with quiet_database.connected():
        for table in (DeliveryAttempt, Delivery, Webhook, Mail, Event, Certificate):
            await table.all().delete()
        now = datetime.now(UTC)
        academy = await organizations.create(name="Example Academy", email="office@example.com", now=now)
        course = await courses.create(academy.id, {"name": "Web Development", "validity_period_months": 12}, now)
        yield Outbox(academy.id, course.id)
