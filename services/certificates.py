"""Certificates: issued, read, revoked, listed by their issuer."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from models import Certificate, Course, CourseVersion, Organization
from models.database import is_postgres
from rules import certificates as rule
from rules import codes, holders, instants, text, validity
from rules.errors import Refused
from services import audit, code_prefixes, courses, events, mail_outbox, organizations, plans, unique_instants
from services.callers import Caller

NOT_FOUND = "Certificate not found or does not belong to your organization"
_LENGTHS = code_prefixes.Lengths()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A certificate to be issued; `issued_at` is None for now, and `notify` whether the holder is told by mail."""

    course_id: UUID
    holder_name: str
    holder_email: str
    issued_at: datetime | None
    notify: bool = True


async def issue(caller: Caller, wanted: Wanted, now: datetime) -> rule.Certificate:
    """A certificate is issued of a course as it is now, counts in the plan, and gets its expiry and a code for ever.

    Its event and the mail by which its holder can claim it are in the outbox when it is there, and never otherwise.
    """
    name = text.line(wanted.holder_name, field="holder_name", longest=200)
    email = text.address(wanted.holder_email, field="holder_email")
    issued_at = instants.issue_instant(wanted.issued_at, now)
    wanted = replace(wanted, holder_name=name, holder_email=email)
    async with in_transaction():
        issued = await add(caller.organization_id, wanted, issued_at, None, now)
        await audit.record(caller, "issue_certificate", issued.code, (audit.NOTHING, _told(issued)), now)
    return issued


async def add(
    organization_id: UUID, wanted: Wanted, issued_at: datetime, claimed_at: datetime | None, now: datetime
) -> rule.Certificate:
    """A certificate as it is wanted, with all that belongs to it, within the caller's transaction."""
    course = await Course.get_or_none(id=wanted.course_id, organization_id=organization_id)
    if course is None:
        raise Refused("not_found", "Course not found or does not belong to your organization", field="course_id")
    await plans.use(organization_id, "certificates")
    version = await CourseVersion.get(course_id=course.id, number=course.present_version)
    organization = await Organization.get(id=organization_id)
    months = course.validity_period_months
    draft = rule.Certificate(
        id=uuid4(),
        code="",
        holder_name=wanted.holder_name,
        holder_email=wanted.holder_email,
        course=courses.as_rule(course.id, months, course.created_at, version),
        organization=organizations.as_rule(organization),
        issued_at=issued_at,
        expires_at=None if months is None else instants.add_months(issued_at, months),
        claimed_at=claimed_at,
        revoked_at=None,
        revocation_reason=None,
        renewed_by=None,
        created_at=now,
    )
    issued = await _inserted(draft, version.id, organization.code_letters, now)
    await _announce(issued, now, notify=wanted.notify)
    return issued


async def _inserted(draft: rule.Certificate, version_id: UUID, letters: str, now: datetime) -> rule.Certificate:
    prefix = codes.prefix(letters, draft.issued_at)
    announced = validity.announcements(draft.expires_at, now)
    row: dict[str, Any] = {
        "id": str(draft.id),
        "organization_id": str(draft.organization.id),
        "course_id": str(draft.course.id),
        "course_version_id": str(version_id),
        "holder_name": draft.holder_name,
        "holder_email": draft.holder_email,
        "holder_key": holders.key(draft.holder_name, draft.holder_email),
        "issued_at": draft.issued_at,
        "expires_at": draft.expires_at,
        "claimed_at": draft.claimed_at,
        "expiring_noted_at": now if "expiring" in announced else None,
        "expired_noted_at": now if "expired" in announced else None,
        "created_at": draft.created_at,
    }
    draw = partial(codes.draw, prefix, await _LENGTHS.of(prefix), secrets.choice)
    row = await unique_instants.insert("certificate", row, redraw={"code": draw})
    await code_prefixes.count(prefix)
    return replace(draft, code=row["code"], created_at=row["created_at"])


async def _announce(issued: rule.Certificate, now: datetime, *, notify: bool) -> None:
    await events.record("certificate.issued", issued, now)
    # One that has expired already will neither expire nor be about to.
    if validity.announcements(issued.expires_at, now) == ("expiring",):
        await events.record("certificate.expiring", issued, now, {issued.id: now})
    if notify:
        await (mail_outbox.claim(issued, now) if issued.claimed_at is None else mail_outbox.renewed(issued, now))


async def read(organization_id: UUID, code: str) -> rule.Certificate:
    """A certificate of the organization, by its code."""
    return as_rule(await _own(organization_id, code))


async def held(organization_id: UUID, code: str) -> rule.Certificate:
    """A certificate of the organization that nobody else changes until the caller's transaction ends."""
    typed = codes.normalise(code)
    own = Certificate.filter(code=typed or "", organization_id=organization_id)
    await own.select_for_update(no_key=is_postgres()).first()
    return as_rule(await _own(organization_id, code))


async def revoke(caller: Caller, code: str, reason: str | None, now: datetime) -> rule.Certificate:
    """A certificate is withdrawn for good, once: repeated, it stays as the first revocation left it, and nothing is told."""
    reason = None if reason is None else text.lines(reason, field="reason", longest=500)
    async with in_transaction():
        certificate = await _own(caller.organization_id, code)
        # Decided by the statement, so that of two at once the first one's reason stays.
        revoked = {"revoked_at": now.replace(microsecond=0), "revocation_reason": reason}
        changed = await Certificate.filter(id=certificate.id, revoked_at__isnull=True).update(**revoked)
        withdrawn = as_rule(await _own(caller.organization_id, code))
        if changed:
            await events.record("certificate.revoked", withdrawn, now)
            await audit.record(caller, "revoke_certificate", withdrawn.code, (audit.NOTHING, revoked), now)
    return withdrawn


def _told(issued: rule.Certificate) -> dict[str, object]:
    """What the audit log keeps of an issue: what a correction could change later, and what was chosen."""
    return {
        "holder_name": issued.holder_name,
        "holder_email": issued.holder_email,
        "course_id": issued.course.id,
        "course_name": issued.course.name,
        "issued_at": issued.issued_at,
    }


def with_all() -> QuerySet[Certificate]:
    """Certificates with everything that is shown of them, in one query."""
    return Certificate.all().select_related("course", "course_version", "organization", "renewed_by")


async def _own(organization_id: UUID, code: str) -> Certificate:
    typed = codes.normalise(code)
    found = await with_all().get_or_none(code=typed, organization_id=organization_id) if typed else None
    if found is None:
        raise Refused("not_found", NOT_FOUND)
    return found


def as_rule(row: Certificate) -> rule.Certificate:
    """The row of a certificate, read with all that belongs to it, as the domain knows it."""
    course = row.course
    return rule.Certificate(
        id=row.id,
        code=row.code,
        holder_name=row.holder_name,
        holder_email=row.holder_email,
        course=courses.as_rule(course.id, course.validity_period_months, course.created_at, row.course_version),
        organization=organizations.as_rule(row.organization),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        claimed_at=row.claimed_at,
        revoked_at=row.revoked_at,
        revocation_reason=row.revocation_reason,
        renewed_by=row.renewed_by.code if row.renewed_by else None,
        created_at=row.created_at,
    )
