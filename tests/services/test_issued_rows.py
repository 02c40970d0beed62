"""What issuing writes by statements of its own is what the tables' classes would write, byte for byte."""

import json
from typing import Any
from uuid import UUID

import pytest
from tortoise.models import Model

from models import AuditEntry, Certificate, CourseVersion, Delivery, Event, Mail
from models.database import fetch
from rules import events, holders, instants
from rules.certificates import Certificate as Issued
from services import certificates
from services import events as event_service
from tests.services.inside import DAY, NOW, Academy, academy, row_of

pytestmark = pytest.mark.usefixtures("alone")

TABLES = ("delivery", "mail", "event", "certificate")
"""Each before those that it refers to."""
KINDS: tuple[events.EventKind, ...] = ("certificate.issued", "certificate.expiring")
NAME, ADDRESS = 'Zoë "Dee" O\'Neill', "Zoe@Example.com"


async def lying(table: str) -> list[dict[str, Any]]:
    """A table as the database has it."""
    return [dict(row) for row in await fetch(f"SELECT * FROM {table} ORDER BY created_at, id")]  # noqa: S608  # ours


async def clear(*tables: str) -> None:
    """Nothing is in these tables."""
    for table in tables:
        await fetch(f"DELETE FROM {table} RETURNING id")  # noqa: S608  # ours


async def certificate(own: Academy, issued: Issued) -> Certificate:
    """The row of a certificate that is about to expire."""
    version = await CourseVersion.get(course_id=issued.course.id, number=issued.course.version)
    return Certificate(
        id=issued.id,
        code=issued.code,
        organization_id=own.id,
        course_id=own.course_id,
        course_version_id=version.id,
        holder_name=NAME,
        holder_email=ADDRESS,
        holder_key=holders.key(NAME, ADDRESS),
        issued_at=issued.issued_at,
        expires_at=issued.expires_at,
        expiring_noted_at=NOW,
        created_at=issued.created_at,
    )


def happened(own: Academy, issued: Issued, ids: list[UUID]) -> list[Event]:
    """The rows of its two events, one right after the other."""
    return [
        Event(
            id=event_id,
            organization_id=own.id,
            kind=kind,
            certificate_id=issued.id,
            body=events.body(kind, issued, NOW),
            created_at=NOW + place * event_service.JUST_AFTER,
        )
        for place, (kind, event_id) in enumerate(zip(KINDS, ids, strict=True))
    ]


def mail(own: Academy, issued: Issued, identity: UUID) -> Mail:
    """The row of the mail to its holder."""
    whose = {"organization_id": own.id, "certificate_id": issued.id, "recipient": ADDRESS}
    return Mail(id=identity, kind="claim", facts="{}", due_at=NOW, created_at=NOW, **whose)


def delivery(row: dict[str, Any], webhook_id: UUID) -> Delivery:
    """The row of a delivery of one of its events."""
    due = {"status": "pending", "due_at": NOW, "created_at": NOW}
    return Delivery(id=row["id"], webhook_id=webhook_id, event_id=row["event_id"], **due)


def entry(own: Academy, issued: Issued, row: dict[str, Any]) -> AuditEntry:
    """The row of the entry that tells of it."""
    told = {
        "holder_name": NAME,
        "holder_email": ADDRESS,
        "course_id": str(own.course_id),
        "course_name": "Web Development",
        "issued_at": instants.show(issued.issued_at),
    }
    return AuditEntry(
        id=row["id"],
        organization_id=own.id,
        api_key_id=own.caller.key_id,
        action="issue_certificate",
        subject=issued.code,
        before="{}",
        after=json.dumps(told, ensure_ascii=False),
        created_at=row["created_at"],
    )


async def test_an_issue_writes_the_rows_that_the_classes_of_the_tables_would() -> None:
    own = await academy(months=12)
    webhook_id = (await own.endpoint()).webhook.id
    await clear("audit_entry")
    wanted = certificates.Wanted(own.course_id, NAME, ADDRESS, NOW - 350 * DAY)
    issued = await certificates.issue(own.caller, wanted, NOW)
    written = {table: await lying(table) for table in (*TABLES, "audit_entry")}
    twins: list[Model] = [
        await certificate(own, issued),
        *happened(own, issued, [row["id"] for row in written["event"]]),
        mail(own, issued, row_of(written["mail"])["id"]),
        *(delivery(row, webhook_id) for row in written["delivery"]),
        entry(own, issued, dict(row_of(written["audit_entry"]))),
    ]
    assert len(written["delivery"]) == 2
    await clear("audit_entry", *TABLES)
    for twin in twins:
        await twin.save(force_create=True)
    assert {table: await lying(table) for table in written} == written


async def test_many_events_at_once_are_the_rows_that_the_classes_of_the_tables_would_write() -> None:
    own = await academy()
    ends = {(await own.endpoint(url=f"https://example.com/{number}")).webhook.id for number in range(3)}
    issued = await own.several(4)
    await clear("delivery", "event")
    await event_service.record_all("certificate.expired", issued, NOW)
    written = {table: await lying(table) for table in ("event", "delivery")}
    told, sent = await Event.all(), await Delivery.all()
    assert {(one.webhook_id, one.event_id) for one in sent} == {(end, event.id) for end in ends for event in told}
    assert {event.body for event in told} == {events.body("certificate.expired", one, NOW) for one in issued}
    await clear("delivery", "event")
    await Event.bulk_create(told)
    await Delivery.bulk_create(sent)
    assert {table: await lying(table) for table in written} == written
