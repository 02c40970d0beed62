"""One issue with SQLAlchemy's ORM: the same rows in one transaction, which the session flushes together."""

from datetime import UTC, datetime
from uuid import uuid4

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from bench.peers.issuing import draw
from bench.peers.pydantic_models import IssueCertificate
from bench.peers.sqlalchemy_tables import ApiKey, AuditEntry, Certificate, Course, CourseVersion, Event, Mail
from bench.peers.statements import JSON
from rules.holders import key as holder_key
from rules.instants import add_months


async def issue(session: AsyncSession, key: ApiKey, wanted: IssueCertificate) -> Certificate | None:
    """A certificate with its event, its mail and its audit entry; None where the course is not found."""
    now = datetime.now(UTC)
    version = await _present_version(session, key, wanted)
    if version is None:
        return None
    issued = _issued(version, wanted, now)
    of_it = {"organization_id": issued.organization_id, "created_at": now}
    event = Event(id=uuid4(), kind="certificate.issued", certificate=issued, body=_body(issued), **of_it)
    mail = Mail(id=uuid4(), kind="claim", certificate=issued, recipient=issued.holder_email, **of_it)
    mail.facts, mail.tries, mail.due_at = "{}", 0, now
    entry = AuditEntry(id=uuid4(), api_key_id=key.id, action="issue_certificate", subject=issued.code, **of_it)
    entry.before, entry.after = "{}", _told(issued)
    session.add_all([issued, event, mail, entry])
    await session.commit()
    return issued


async def _present_version(session: AsyncSession, key: ApiKey, wanted: IssueCertificate) -> CourseVersion | None:
    found = select(CourseVersion).join(CourseVersion.course).join(Course.organization)
    found = found.filter(Course.id == wanted.course_id, Course.organization_id == key.organization_id)
    found = found.filter(CourseVersion.number == Course.present_version)
    course = contains_eager(CourseVersion.course)
    return await session.scalar(found.options(course, course.contains_eager(Course.organization)))


def _issued(version: CourseVersion, wanted: IssueCertificate, now: datetime) -> Certificate:
    course, issued_at = version.course, now.replace(microsecond=0)
    return Certificate(
        id=uuid4(),
        code=f"TRC-{course.organization.code_letters}-{now.year % 100:02d}-{draw()}",
        organization_id=course.organization_id,
        course_id=course.id,
        version=version,
        holder_name=wanted.holder_name,
        holder_email=wanted.holder_email,
        holder_key=holder_key(wanted.holder_name, wanted.holder_email),
        issued_at=issued_at,
        expires_at=course.validity_period_months and add_months(issued_at, course.validity_period_months),
        renewed_by=None,
        created_at=now,
    )


def _body(issued: Certificate) -> bytes:
    certificate = {
        "id": issued.id,
        "code": issued.code,
        "holder_name": issued.holder_name,
        "holder_email": issued.holder_email,
        "course_id": issued.course_id,
        "course_name": issued.version.name,
        "issued_at": issued.issued_at,
        "expires_at": issued.expires_at,
    }
    event = {"event": "certificate.issued", "data": {"certificate": certificate}, "timestamp": issued.issued_at}
    return orjson.dumps(event, option=JSON, default=str)


def _told(issued: Certificate) -> str:
    told = {
        "holder_name": issued.holder_name,
        "holder_email": issued.holder_email,
        "course_id": issued.course_id,
        "course_name": issued.version.name,
        "issued_at": issued.issued_at,
    }
    return orjson.dumps(told, option=JSON, default=str).decode()
