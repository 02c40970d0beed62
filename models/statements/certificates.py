"""Certificates with what is shown of them, one or a page of them.

Everything is joined from the left, in the order in which it is written: the planners then begin with the certificates.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Literal, NamedTuple
from uuid import UUID

from models.database import is_in_transaction, is_postgres, rows
from models.statements import courses, organizations
from models.statements.columns import Columns, Row
from models.statements.together import Together

_NAMED = Columns(
    "certificate.id",
    "certificate.code",
    "certificate.holder_name",
    "certificate.holder_email",
    identities=["certificate.id"],
)
_COURSE_NAMED = Columns("certificate.course_id", "version.name", "version.number", identities=["certificate.course_id"])
_STATE = Columns(
    "certificate.issued_at",
    "certificate.expires_at",
    "certificate.claimed_at",
    "certificate.revoked_at",
    "certificate.revocation_reason",
    "successor.code",
    "certificate.created_at",
)
OWN = _NAMED + _STATE
"""The members of `rules.certificates.Certificate` in their order, but for course and organization."""
SHOWN = OWN + courses.SHOWN + organizations.SHOWN
"""Those, then the members of the course, then those of the organization."""
LISTED = _NAMED + _COURSE_NAMED + _STATE
"""The members of `rules.certificates.Listed`, in their order."""
VERIFIABLE = Columns(
    "certificate.code",
    "certificate.holder_name",
    "certificate.holder_email",
    "certificate.issued_at",
    "certificate.expires_at",
    "certificate.claimed_at",
    "certificate.revoked_at",
    "certificate.revocation_reason",
    "successor.code",
    "certificate.course_id",
    "version.number",
    "version.name",
    "version.description",
    "version.eqf_level",
    "version.nlqf_level",
    "version.qualification_label",
    "organization.name",
    "organization.logo_url",
    "organization.logo_id",
    identities=["certificate.course_id"],
)
"""The members of `rules.certificates.Verifiable`, in their order."""

_SHOWN_FROM = """certificate
LEFT JOIN course_version version ON version.id = certificate.course_version_id
LEFT JOIN certificate successor ON successor.id = certificate.renewed_by_id
LEFT JOIN course ON course.id = certificate.course_id
LEFT JOIN organization ON organization.id = certificate.organization_id"""
_LISTED_FROM = """certificate
LEFT JOIN course_version version ON version.id = certificate.course_version_id
LEFT JOIN certificate successor ON successor.id = certificate.renewed_by_id"""

_VERIFIABLE_FROM = f"""{_LISTED_FROM}
LEFT JOIN organization ON organization.id = certificate.organization_id"""
_VERIFIABLE = f"SELECT {VERIFIABLE} FROM {_VERIFIABLE_FROM} WHERE certificate.code"  # noqa: S608  # names of ours
_OF_CODES = f"{_VERIFIABLE} = ANY($1)"
_OF_CODES_ON_SQLITE = f"{_VERIFIABLE} IN (SELECT value FROM json_each($1))"  # noqa: S608  # the same

_OF_CODE = f"SELECT {SHOWN} FROM {_SHOWN_FROM} WHERE certificate.code = $1"  # noqa: S608  # names of ours
_OF_ORGANIZATION = f"{_OF_CODE} AND certificate.organization_id = $2"
_OF_IDS = f"SELECT {LISTED} FROM {_LISTED_FROM} WHERE certificate.id IN"  # noqa: S608  # names of ours

Condition = Literal["all", "valid", "due", "noted"]
_UNTOUCHED = "certificate.revoked_at IS NULL AND certificate.renewed_by_id IS NULL"
_OPEN = f"certificate.expired_noted_at IS NULL AND {_UNTOUCHED}"
# In the words of the partial indexes, by which both databases recognise them.
_CONDITIONS: dict[Condition, str] = {
    "all": "",
    "valid": f" AND (certificate.expires_at IS NULL OR certificate.expires_at > $3) AND {_OPEN}",
    "due": f" AND certificate.expires_at <= $3 AND {_OPEN}",
    "noted": f" AND certificate.expired_noted_at IS NOT NULL AND {_UNTOUCHED}",
}
_OF_THE_TIME = {"valid", "due"}


class Part(NamedTuple):
    """The certificates of an organization that a list is made of: of a course, created before an instant, or all."""

    organization_id: UUID
    course_id: UUID | None
    before: datetime | None


async def of_code(code: str) -> Row | None:
    """The certificate with this code, whoever issued it: what `SHOWN` names."""
    found = SHOWN.read(await rows(_OF_CODE, code))
    return found[0] if found else None


async def verifiable(code: str) -> Row | None:
    """Of the certificate with this code what `VERIFIABLE` names; asked for by thousands, so looked up together."""
    return await _TOGETHER.find(code)


async def _of_codes(codes: Sequence[str]) -> dict[str, Row]:
    if is_in_transaction():
        raise RuntimeError("What is looked up together with others is looked up outside of transactions.")
    found = await (rows(_OF_CODES, codes) if is_postgres() else rows(_OF_CODES_ON_SQLITE, json.dumps(codes)))
    return {row[0]: row for row in VERIFIABLE.read(found)}


_TOGETHER = Together(_of_codes)


async def of_organization(organization_id: UUID, code: str) -> Row | None:
    """The same, where it is this organization's."""
    found = SHOWN.read(await rows(_OF_ORGANIZATION, code, organization_id))
    return found[0] if found else None


async def newest(part: Part, condition: Condition, now: datetime, most: int) -> Sequence[Row]:
    """Of a part, those in a state, newest first: what `LISTED` names.

    `valid` and `due` are not marked as expired, and their date has passed, or has not; `noted` are marked.
    """
    sql = page(condition, of_course=part.course_id is not None, paged=part.before is not None)
    return LISTED.read(await rows(sql, *_values(part, condition, now, most)))


async def soonest_due(part: Part, now: datetime, most: int) -> Sequence[Row]:
    """Of a part, those that have expired and are not marked, as they fell due: when each was created, and its id."""
    sql = due(of_course=part.course_id is not None, paged=part.before is not None)
    return await rows(sql, *_values(part, "due", now, most))


async def of_ids(ids: Sequence[object]) -> Sequence[Row]:
    """These certificates, in no order: what `LISTED` names. Ids are taken as rows have them."""
    places = ", ".join(f"${place}" for place in range(1, len(ids) + 1))
    return LISTED.read(await rows(f"{_OF_IDS} ({places})", *ids))


@cache
def page(condition: Condition, *, of_course: bool, paged: bool) -> str:
    """The statement of `newest`."""
    found = f"SELECT {LISTED} FROM {_LISTED_FROM} WHERE {_where(condition, of_course=of_course, paged=paged)}"  # noqa: S608  # the same
    return f"{found} ORDER BY certificate.created_at DESC LIMIT $2"


@cache
def due(*, of_course: bool, paged: bool) -> str:
    """The statement of `soonest_due`."""
    where = _where("due", of_course=of_course, paged=paged)
    # Ordered by its index: without that, the planner may walk every open certificate to find that none is due.
    return f"SELECT created_at, id FROM certificate WHERE {where} ORDER BY certificate.expires_at LIMIT $2"  # noqa: S608  # the same


def _where(condition: Condition, *, of_course: bool, paged: bool) -> str:
    places = iter(range(4 if condition in _OF_THE_TIME else 3, 6))
    course = f" AND certificate.course_id = ${next(places)}" if of_course else ""
    before = f" AND certificate.created_at < ${next(places)}" if paged else ""
    return f"certificate.organization_id = $1{course}{before}{_CONDITIONS[condition]}"


def _values(part: Part, condition: Condition, now: datetime, most: int) -> list[object]:
    moment = (now,) if condition in _OF_THE_TIME else ()
    optional = (value for value in (part.course_id, part.before) if value is not None)
    return [part.organization_id, most, *moment, *optional]
