"""Certificates as they are read all the time: by one statement, from its row straight to what the domain knows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from models.statements import certificates as statements
from rules import codes
from rules.certificates import Certificate, Verifiable
from rules.courses import Course
from services import organizations

_OWN, _COURSE = len(statements.OWN.names), len(statements.OWN.names) + len(Course._fields)


async def of_code(code: str) -> Certificate | None:
    """The certificate with this code, however it is typed and whoever issued it."""
    typed = codes.normalise(code)
    row = await statements.of_code(typed) if typed else None
    return None if row is None else _certificate(row)


async def verifiable(code: str) -> Verifiable | None:
    """What anyone may learn of the certificate with this code. Not for use within a transaction."""
    typed = codes.normalise(code)
    row = await statements.verifiable(typed) if typed else None
    return None if row is None else Verifiable._make(row)


async def of_organization(organization_id: UUID, code: str) -> Certificate | None:
    """The same, where it is this organization's."""
    typed = codes.normalise(code)
    row = await statements.of_organization(organization_id, typed) if typed else None
    return None if row is None else _certificate(row)


def _certificate(row: Sequence[Any]) -> Certificate:
    course, organization = Course._make(row[_OWN:_COURSE]), organizations.of_row(row[_COURSE:])
    return Certificate._make((*row[:4], course, organization, *row[4:_OWN]))
