"""What the worker's tests share: an outbox of their own, filled as an academy and its endpoints fill it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest_asyncio

from models import Delivery, Mail
from services import certificates, courses, events, organizations, webhooks
from services.callers import Caller
from services.keyring import Keyring
from tests.databases import Database

KEYRING = Keyring("a-secret-key-for-tests-only-0123456789")


@dataclass(frozen=True)
class Outbox:
    """An academy alone on its installation: what it does ends up in the outbox."""

    academy: UUID
    course: UUID

    async def endpoint(self, url: str = "https://receiver.example/hook") -> UUID:
        """A new endpoint."""
        made = await webhooks.create(Caller(self.academy), webhooks.Wanted(url), KEYRING, datetime.now(UTC))
        return made.webhook.id

    async def happen(self, count: int = 1) -> None:
        """Something happens, so often: an event for each endpoint, and no mail."""
        for _ in range(count):
            await events.send_test(Caller(self.academy), datetime.now(UTC))

    async def issue(self, email: str = "jane@example.com") -> UUID:
        """A certificate; its holder is to be asked to claim it."""
        now = datetime.now(UTC)
        wanted = certificates.Wanted(self.course, "Jane Doe", email, None)
        return (await certificates.issue(Caller(self.academy), wanted, now)).id

    async def statuses(self) -> list[str]:
        """Where each delivery stands."""
        return sorted([str(row.status) for row in await Delivery.all()])

    async def unsent_mails(self) -> int:
        """How many mails are still to be sent."""
        return await Mail.filter(due_at__isnull=False).count()


@pytest_asyncio.fixture
async def outbox(alone: Database) -> Outbox:  # noqa: ARG001  # emptied before
    """An academy with a course, and nothing of another test in the outbox."""
    now = datetime.now(UTC)
    academy = await organizations.create(name="Example Academy", email="office@example.com", now=now)
    course = await courses.create(Caller(academy.id), {"name": "Web Development", "validity_period_months": 12}, now)
    return Outbox(academy.id, course.id)
