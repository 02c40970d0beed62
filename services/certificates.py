"""Certificates: issued, read, revoked, listed by their issuer."""

import json
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from tortoise.queryset import QuerySet

from models import Certificate
from models.identities import fresh
from models.statements import certificate_changes as changes
from models.statements import issuing as statements
from models.statements.inserts import New, Row, insert_unless_first_is_taken
from models.statements.issuing import Ground
from rules import certificates as rule
from rules import codes, holders, instants, text, validity
from rules.courses import Course
from rules.errors import Refused
from services import (
    audit,
    certificate_rows,
    code_prefixes,
    courses,
    events,
    mail_outbox,
    organizations,
    plans,
    unique_instants,
)
from services.callers import Caller
from services.events import Happening
from services.transactions import transaction

NOT_FOUND = "Certificate not found or does not belong to your organization"
_TABLE = "certificate"
_LENGTHS = code_prefixes.Lengths()


class Wanted(NamedTuple):
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
    cleaned = wanted._replace(
        holder_name=text.line(wanted.holder_name, field="holder_name", longest=200),
        holder_email=text.address(wanted.holder_email, field="holder_email"),
    )
    issued_at = instants.issue_instant(wanted.issued_at, now)
    async with transaction(sharing=caller.organization_id):
        return await add(caller.organization_id, cleaned, issued_at, None, now, partial(_entry, caller, now))


async def add(
    organization_id: UUID,
    wanted: Wanted,
    issued_at: datetime,
    claimed_at: datetime | None,
    now: datetime,
    entry: Callable[[rule.Certificate], Row] | None = None,
) -> rule.Certificate:
    """A certificate as it is wanted, with all that goes out when it is there, and the audit entry that tells of it.

    Where none is given, the caller has to write one after whatever else it does.
    Belongs into a transaction that has taken the organization's shared lock in a statement of its own: what is read here
    is as it was left by whoever that one waited for.
    """
    ground = await statements.ground(organization_id, wanted.course_id)
    if ground is None:
        raise Refused("not_found", "Course not found or does not belong to your organization", field="course_id")
    await plans.count(organization_id, "certificates", ground.most_certificates)
    draft = _draft(wanted, issued_at, claimed_at, ground, now)
    prefix = codes.prefix(ground.code_letters, issued_at)
    length = await _LENGTHS.of(prefix)
    await code_prefixes.count(prefix)
    moments = unique_instants.following(now, _TABLE)
    while True:
        issued = draft._replace(code=codes.draw(prefix, length, secrets.choice), created_at=next(moments))
        row = New(_TABLE, [_row(issued, ground.version_id, now)])
        outbox = _outbox(issued, ground.takers, now, notify=wanted.notify)
        told = New(audit.TABLE, [entry(issued)]) if entry else None
        done = await insert_unless_first_is_taken(row, outbox, told)
        if done.first:
            break
    if told and not done.last:
        await unique_instants.insert(audit.TABLE, told.rows[0])
    return issued


def _draft(
    wanted: Wanted, issued_at: datetime, claimed_at: datetime | None, ground: Ground, now: datetime
) -> rule.Certificate:
    course = Course._make(ground.course)
    months = course.validity_period_months
    return rule.Certificate(
        id=fresh(),
        code="",
        holder_name=wanted.holder_name,
        holder_email=wanted.holder_email,
        course=course,
        organization=organizations.of_row(ground.organization),
        issued_at=issued_at,
        expires_at=None if months is None else instants.add_months(issued_at, months),
        claimed_at=claimed_at,
        revoked_at=None,
        revocation_reason=None,
        renewed_by=None,
        created_at=now,
    )


def _row(issued: rule.Certificate, version_id: UUID, now: datetime) -> Row:
    announced = validity.announcements(issued.expires_at, now)
    return {
        "id": issued.id,
        "code": issued.code,
        "organization_id": issued.organization.id,
        "course_id": issued.course.id,
        "course_version_id": version_id,
        "holder_name": issued.holder_name,
        "holder_email": issued.holder_email,
        "holder_key": holders.key(issued.holder_name, issued.holder_email),
        "issued_at": issued.issued_at,
        "expires_at": issued.expires_at,
        "claimed_at": issued.claimed_at,
        "expiring_noted_at": now if "expiring" in announced else None,
        "expired_noted_at": now if "expired" in announced else None,
        "created_at": issued.created_at,
    }


def _outbox(issued: rule.Certificate, enabled: str | None, now: datetime, *, notify: bool) -> list[New]:
    happened = [Happening("certificate.issued", issued, now)]
    # One that has expired already will neither expire nor be about to.
    if validity.announcements(issued.expires_at, now) == ("expiring",):
        happened.append(Happening("certificate.expiring", issued, now + events.JUST_AFTER))
    chosen = json.loads(enabled) if enabled else ()
    takers = [events.taker(webhook_id, issued.organization.id, kinds) for webhook_id, kinds in chosen]
    outbox = events.written(happened, takers, now)
    if notify:
        outbox.append((mail_outbox.claim if issued.claimed_at is None else mail_outbox.renewed)(issued, now))
    return outbox


async def read(organization_id: UUID, code: str) -> rule.Certificate:
    """A certificate of the organization, by its code."""
    found = await certificate_rows.of_organization(organization_id, code)
    if found is None:
        raise Refused("not_found", NOT_FOUND)
    return found


async def held(organization_id: UUID, code: str) -> rule.Certificate:
    """A certificate of the organization that nobody else changes until the caller's transaction ends."""
    await changes.hold(organization_id, codes.normalise(code) or "")
    return await read(organization_id, code)


async def revoke(caller: Caller, code: str, reason: str | None, now: datetime) -> rule.Certificate:
    """A certificate is withdrawn for good, once: repeated, it stays as the first revocation left it, and nothing is told."""
    reason = None if reason is None else text.lines(reason, field="reason", longest=500)
    async with transaction():
        certificate = await read(caller.organization_id, code)
        # Decided by the statement, so that of two at once the first one's reason stays.
        revoked_at = now.replace(microsecond=0)
        changed = await changes.revoke(certificate.id, revoked_at, reason)
        withdrawn = await read(caller.organization_id, code)
        if changed:
            outbox = await events.of("certificate.revoked", withdrawn, now)
            told = audit.NOTHING, {"revoked_at": revoked_at, "revocation_reason": reason}
            await audit.record(caller, "revoke_certificate", withdrawn.code, told, now, outbox)
    return withdrawn


def _entry(caller: Caller, now: datetime, issued: rule.Certificate) -> Row:
    """What the audit log keeps of an issue: what a correction could change later, and what was chosen."""
    told = {
        "holder_name": issued.holder_name,
        "holder_email": issued.holder_email,
        "course_id": str(issued.course.id),
        "course_name": issued.course.name,
        "issued_at": instants.show(issued.issued_at),
    }
    return audit.entry(caller, "issue_certificate", issued.code, (audit.NOTHING, told), now)


def with_all() -> QuerySet[Certificate]:
    """Certificates with everything that is shown of them, in one query."""
    return Certificate.all().select_related("course", "course_version", "organization", "renewed_by")


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
