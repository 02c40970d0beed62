"""What is asked again and again goes by its index, however much lies around: in the very statements that are sent."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models.database import fetch
from services import certificate_lists, claims, deliveries, delivery_queue, events, expiry, mails, webhooks
from services.certificate_lists import Wanted
from services.deliveries import Range, Sought
from tests.databases import Database
from tests.services.inside import DAY, KEYRING, NOW, Academy, academy, attempt, lease_all

HOUR = timedelta(hours=1)
MANY = 20_000
_FILL = {
    "certificate": """
        INSERT INTO certificate (id, code, organization_id, course_id, course_version_id, holder_name, holder_email,
            issued_at, expires_at, expiring_noted_at, expired_noted_at, created_at)
        SELECT gen_random_uuid(), 'TRC-AAA-26-' || each, organization_id, course_id, course_version_id, holder_name,
            holder_email, issued_at, issued_at + each % 900 * interval '1 day', issued_at, issued_at,
            created_at + each * interval '1 s' + interval '7 us'
        FROM generate_series(1, $1) AS each, (SELECT * FROM certificate LIMIT 1) AS one RETURNING id""",
    "event": """
        INSERT INTO event (id, organization_id, kind, body, position, created_at)
        SELECT gen_random_uuid(), organization_id, (ARRAY['certificate.issued', 'certificate.claimed', 'certificate.revoked',
            'certificate.expired'])[each % 4 + 1], body, each + 100, created_at + each * interval '1 s'
        FROM generate_series(1, $1) AS each, (SELECT * FROM event LIMIT 1) AS one RETURNING id""",
    "delivery": """
        INSERT INTO delivery (id, webhook_id, event_id, status, tries, attempts, created_at)
        SELECT gen_random_uuid(), webhook.id, event.id, 'delivered', 0, 1, event.created_at
        FROM event JOIN (SELECT id, row_number() OVER () AS number FROM webhook) AS webhook
        ON event.position % 8 + 1 = webhook.number WHERE position BETWEEN 100 AND $1 + 100 RETURNING id""",
    "mail": """
        INSERT INTO mail (id, kind, organization_id, certificate_id, recipient, facts, tries, created_at, sent_at)
        SELECT gen_random_uuid(), 'claim', organization_id, id, 'jane@example.com', '{}', 0, created_at, created_at
        FROM certificate ORDER BY created_at DESC LIMIT $1 RETURNING id""",
}


async def crowd(own: Academy, database: Database) -> UUID:
    """A few things that are still to be done, among many that are done. SQLite plans alike whatever there is."""
    made, *_ = [(await own.endpoint()).webhook.id for _ in range(8)]
    for number in range(12):
        await own.issue(NOW + number * HOUR, issued_at=NOW - 400 * DAY, notify=True)
    await fetch("UPDATE certificate SET expiring_noted_at = NULL, expired_noted_at = NULL RETURNING id")
    if database.is_postgres:
        filling = await asyncpg.connect(database.url)  # without the service's deadline for a statement
        for statement in _FILL.values():
            await filling.execute(statement, MANY)
        await filling.execute("ANALYZE")
        await filling.close()
    return made


async def settle(made: UUID) -> None:
    leased = await lease_all(made, NOW + DAY, 1)
    await delivery_queue.settle([(one, attempt(500)) for one in leased], [DAY], lambda: 0, NOW + DAY)


async def resend(own: Academy) -> None:
    (page,) = [await certificate_lists.page(Wanted(own.id, "all", None, None, 1), NOW)]
    await claims.resend(own.caller, page.items[0].code, NOW + DAY)


async def again(own: Academy, made: UUID) -> None:
    (page,) = [await deliveries.page(own.id, made, Sought(None, None, 1))]
    await deliveries.redeliver(own.caller, made, page.items[0].id, NOW + DAY)


async def off_and_on(own: Academy, made: UUID) -> None:
    await webhooks.disable(own.caller, made, NOW)
    await webhooks.enable(own.caller, made, NOW)


Ask = Callable[[Academy, UUID], Awaitable[object]]
QUESTIONS: dict[str, tuple[Ask, set[str]]] = {
    "who is waiting": (lambda _, __: delivery_queue.due_webhooks(NOW + DAY), {"delivery_due"}),
    "since when": (lambda _, __: delivery_queue.oldest_due(NOW + DAY), {"delivery_due"}),
    "a lease": (lambda _, made: delivery_queue.lease(made, 2, NOW + DAY, KEYRING), {"delivery_due"}),
    "a settlement": (lambda _, made: settle(made), {"delivery_due"}),
    "a page of deliveries": (
        lambda own, made: deliveries.page(own.id, made, Sought(None, (NOW + 9 * DAY, UUID(int=7)), 50)),
        {"delivery_of_webhook"},
    ),
    "what failed": (
        lambda own, made: deliveries.page(own.id, made, Sought("failed", (NOW, UUID(int=7)), 50)),
        {"delivery_by_status"},
    ),
    "once more": (again, set()),
    "a range once more": (
        lambda own, made: deliveries.redeliver_range(
            own.caller, made, Range(NOW, NOW + timedelta(minutes=1), "missed"), NOW + DAY
        ),
        {"event_of_organization"},
    ),
    "switched on again": (off_and_on, {"delivery_due"}),
    "a page of the feed": (lambda own, _: events.page(own.id, 7, None, 50), {"event_by_place", "event_place"}),
    "a page of one kind": (lambda own, _: events.page(own.id, 7, "certificate.revoked", 50), {"event_of_kind"}),
    "about to expire": (lambda _, __: expiry.announce_expiring(NOW), {"certificate_about_to_expire"}),
    "expired": (lambda _, __: expiry.announce_expired(NOW), {"certificate_falling_due"}),
    "mails to send": (lambda _, __: mails.lease(2, NOW + DAY), {"mail_due"}),
    "since when mails wait": (lambda _, __: mails.oldest_due(NOW + DAY), {"mail_due"}),
    "a link once more": (lambda own, _: resend(own), {"mail_of_certificate"}),
}


async def asked(caplog: pytest.LogCaptureFixture, work: Awaitable[object]) -> list[tuple[str, list[Any]]]:
    """The statements that are sent meanwhile, with their values."""
    caplog.clear()
    with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
        await work
    sent: list[Any] = [record.args for record in caplog.records if record.name == "tortoise.db_client"]
    pairs = [args for args in sent if len(args) == 2]
    return [
        (sql, list(values or []))
        for sql, values in pairs
        if sql.strip().startswith(("SELECT", "UPDATE", "DELETE", "WITH"))
    ]


async def plan(database: Database, sql: str, values: list[Any]) -> list[str]:
    """How the database goes about a statement: on PostgreSQL as sessions have it plan, once for any values."""
    if not database.is_postgres:
        steps = await get_connection("default").execute_query_dict(f"EXPLAIN QUERY PLAN {sql}", values)
        return [str(step["detail"]) for step in steps]
    async with in_transaction():
        await fetch(f"PREPARE asked AS {sql}")
        given = f"({', '.join(['NULL'] * len(values))})" if values else ""
        rows = await fetch(f"EXPLAIN EXECUTE asked{given}")
        await fetch("DEALLOCATE asked")
    return [str(row["QUERY PLAN"]).strip() for row in rows]


def walks(database: Database, steps: Sequence[str]) -> list[str]:
    """The steps that read one of the large tables from end to end."""
    if database.is_postgres:
        return [step for step in steps if any(f"Seq Scan on {table} " in step for table in _FILL)]
    # SQLite calls the outcome of a part of the statement by the part's own name.
    large = {table for table in _FILL if f"CO-ROUTINE {table}" not in steps and f"MATERIALIZE {table}" not in steps}
    return [step for step in steps if step.startswith("SCAN") and step.split()[1] in large and "USING" not in step]


async def test_what_is_asked_often_goes_by_its_index(alone: Database, caplog: pytest.LogCaptureFixture) -> None:
    own = await academy(months=12)
    made = await crowd(own, alone)
    for question, (work, expected) in QUESTIONS.items():
        sent = await asked(caplog, work(own, made))
        plans = {sql: await plan(alone, sql, values) for sql, values in sent}
        assert [(question, sql, step) for sql, steps in plans.items() for step in walks(alone, steps)] == []
        steps = " ".join(step for each in plans.values() for step in each)
        for name in expected:
            assert name in steps, (question, name, steps)
