"""One issue by hand: one transaction, one look-up, one INSERT for each row.

Left out is what the service does besides: limits, logs, ids of requests, checks of texts, plans, locks, deliveries.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson

from bench.peers.statements import COURSE, JSON
from rules.codes import ALPHABET
from rules.holders import key as holder_key
from rules.instants import add_months

_CERTIFICATE = """
    INSERT INTO certificate (id, code, organization_id, course_id, course_version_id, holder_name, holder_email,
        holder_key, issued_at, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
_EVENT = """
    INSERT INTO event (id, organization_id, kind, certificate_id, body, created_at)
    VALUES ($1, $2, 'certificate.issued', $3, $4, $5)
"""
_MAIL = """
    INSERT INTO mail (id, kind, organization_id, certificate_id, recipient, facts, tries, due_at, created_at)
    VALUES ($1, 'claim', $2, $3, $4, '{}', 0, $5, $5)
"""
_AUDIT = """
    INSERT INTO audit_entry (id, organization_id, api_key_id, action, subject, before, after, created_at)
    VALUES ($1, $2, $3, 'issue_certificate', $4, '{}', $5, $6)
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A certificate to be issued."""

    course_id: UUID
    holder_name: str
    holder_email: str


def draw() -> str:
    """The part of a code that is drawn by lot: so long that none is drawn twice, since nobody draws anew here."""
    number, letters = secrets.randbelow(len(ALPHABET) ** 10), ""
    for _ in range(10):
        number, digit = divmod(number, len(ALPHABET))
        letters += ALPHABET[digit]
    return letters


async def issue(connection: Any, key: Mapping[str, Any], wanted: Wanted) -> dict[str, Any] | None:  # noqa: ANN401  # untyped
    """A certificate with its event, its mail and its audit entry, in one transaction; None where the course is not found."""
    now = datetime.now(UTC)
    async with connection.transaction():
        course = await connection.fetchrow(COURSE, wanted.course_id, key["organization_id"])
        if course is None:
            return None
        issued = _issued(course, wanted, now)
        id, name, email, organization_id = issued["id"], wanted.holder_name, wanted.holder_email, key["organization_id"]
        owned = (id, issued["code"], organization_id, wanted.course_id, course["version_id"])
        dated = (issued["issued_at"], issued["expires_at"], now)
        await connection.execute(_CERTIFICATE, *owned, name, email, holder_key(name, email), *dated)
        await connection.execute(_EVENT, uuid4(), organization_id, id, _body(issued), now)
        await connection.execute(_MAIL, uuid4(), organization_id, id, email, now)
        await connection.execute(_AUDIT, uuid4(), organization_id, key["id"], issued["code"], _told(issued), now)
    return issued


def _issued(course: Mapping[str, Any], wanted: Wanted, now: datetime) -> dict[str, Any]:
    """The columns that LIST answers with."""
    issued_at, months = now.replace(microsecond=0), course["validity_period_months"]
    return {
        "id": uuid4(),
        "code": f"TRC-{course['code_letters']}-{now.year % 100:02d}-{draw()}",
        "holder_name": wanted.holder_name,
        "holder_email": wanted.holder_email,
        "course_id": wanted.course_id,
        "course_name": course["course_name"],
        "number": course["number"],
        "issued_at": issued_at,
        "expires_at": None if months is None else add_months(issued_at, months),
        "created_at": now,
        **dict.fromkeys(("claimed_at", "revoked_at", "revocation_reason", "renewed_by")),
    }


def _body(issued: Mapping[str, Any]) -> bytes:
    members = ("id", "code", "holder_name", "holder_email", "course_id", "course_name", "issued_at", "expires_at")
    certificate = {name: issued[name] for name in members}
    event = {"event": "certificate.issued", "data": {"certificate": certificate}, "timestamp": issued["issued_at"]}
    return orjson.dumps(event, option=JSON)


def _told(issued: Mapping[str, Any]) -> str:
    members = ("holder_name", "holder_email", "course_id", "course_name", "issued_at")
    return orjson.dumps({name: issued[name] for name in members}, option=JSON).decode()
