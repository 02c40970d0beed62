"""Mails that wait: leased, read with all that their texts are made from, and noted as sent, each by one statement."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from models.database import is_postgres, rows
from models.statements import certificates
from models.statements.columns import Columns, Row

OWN = Columns(
    "mail.id",
    "mail.kind",
    "mail.recipient",
    "mail.facts",
    "mail.tries",
    "mail.created_at",
    identities=["mail.id"],
)
"""What a mail tells of itself."""
SHOWN = OWN + certificates.SHOWN
"""Those, then what is shown of its certificate, or nulls; the organization at the end is the mail's, and always there."""

_SHOWN_FROM = """mail
LEFT JOIN certificate ON certificate.id = mail.certificate_id
LEFT JOIN course_version version ON version.id = certificate.course_version_id
LEFT JOIN certificate successor ON successor.id = certificate.renewed_by_id
LEFT JOIN course ON course.id = certificate.course_id
LEFT JOIN organization ON organization.id = mail.organization_id"""
_THESE = f"SELECT {SHOWN} FROM {_SHOWN_FROM} WHERE mail.id"  # noqa: S608  # names of ours
_IN_TURN = "ORDER BY mail.created_at, mail.id"
_OF_IDS = f"{_THESE} = ANY($1) {_IN_TURN}"
_OF_IDS_ON_SQLITE = f"{_THESE} IN (SELECT value FROM json_each($1)) {_IN_TURN}"  # noqa: S608  # the same

_DUE = "SELECT id FROM mail WHERE due_at <= $1 ORDER BY due_at LIMIT $4"
# Looked up once: within IN, PostgreSQL may look again for every row, and find others each time.
_LEASE = """WITH due AS MATERIALIZED ({}) UPDATE mail SET lease = $2, due_at = $3
WHERE id IN (SELECT id FROM due) AND due_at <= $1 RETURNING id"""
_LEASE_ON_SQLITE = _LEASE.format(_DUE)
_LEASE_ON_POSTGRES = _LEASE.format(f"{_DUE} FOR UPDATE SKIP LOCKED")
_SENT = """UPDATE mail SET sent_at = $1, due_at = NULL, lease = NULL, last_error = NULL
WHERE id = $2 AND sent_at IS NULL RETURNING id"""


async def lease(mark: UUID, most: int, now: datetime, until: datetime) -> Sequence[object]:
    """Some that are due bear this mark, and are due to others again when the lease ends: their ids, as rows have them."""
    found = await rows(_LEASE_ON_POSTGRES if is_postgres() else _LEASE_ON_SQLITE, now, mark, until, most)
    return [row[0] for row in found]


async def of_ids(ids: Sequence[object]) -> Sequence[Row]:
    """These mails in turn, with what `SHOWN` names. Ids are taken as rows have them."""
    return SHOWN.read(await (rows(_OF_IDS, ids) if is_postgres() else rows(_OF_IDS_ON_SQLITE, json.dumps(ids))))


async def sent(mail_id: UUID, now: datetime) -> None:
    """A mail is sent, whoever has the lease; the first time counts."""
    await rows(_SENT, now, mail_id)
