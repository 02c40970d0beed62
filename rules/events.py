"""Events: what a receiver is told when something happens to a certificate, in the exact bytes that are signed and sent."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import orjson

from rules import instants
from rules.certificates import Certificate

EventKind = Literal[
    "certificate.issued",
    "certificate.claimed",
    "certificate.revoked",
    "certificate.expiring",
    "certificate.expired",
    "webhook.test",
]
CERTIFICATE_KINDS: tuple[EventKind, ...] = (
    "certificate.issued",
    "certificate.claimed",
    "certificate.revoked",
    "certificate.expiring",
    "certificate.expired",
)
KINDS: tuple[EventKind, ...] = (*CERTIFICATE_KINDS, "webhook.test")

SAMPLE_CODE = "TRC-XXX-26-222222"
_NOBODYS = str(UUID(int=0))
_LONGEST_NAME = 200


def body(kind: EventKind, certificate: Certificate, now: datetime) -> bytes:
    """An event tells what happened, to which certificate, and when: compact JSON in UTF-8 with members in a fixed order.

    A receiver that reads it and writes it again (`JSON.stringify(JSON.parse(body))`) has the same bytes, so that the
    signature still fits. A revoked certificate also tells when and why.

    >>> from datetime import UTC
    >>> from rules.courses import Course
    >>> from rules.organizations import Organization
    >>> noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    >>> course = Course(UUID(int=2), 1, "Web Development", *[None] * 8, created_at=noon)
    >>> academy = Organization(UUID(int=3), "Example Academy", "office@example.com", None, None)
    >>> certificate = Certificate(UUID(int=1), "TRC-ACA-26-F5N8K3", "Zoë", "zoe@example.com", course, academy, noon,
    ...     *[None] * 5, created_at=noon)
    >>> body("certificate.issued", certificate, noon)[:35]
    b'{"event":"certificate.issued","data'
    """
    revocation = _revocation(certificate) if kind == "certificate.revoked" else {}
    return _written(
        kind,
        {
            "id": str(certificate.id),
            "code": certificate.code,
            "holder_name": certificate.holder_name,
            "holder_email": certificate.holder_email,
            "course_id": str(certificate.course.id),
            "course_name": certificate.course.name,
            "issued_at": instants.show(certificate.issued_at),
            "expires_at": _shown(certificate.expires_at),
            **revocation,
        },
        now,
    )


def sample(organization_name: str, now: datetime) -> bytes:
    """A test carries a sample certificate, which looks like any other and does not exist.

    >>> from datetime import UTC
    >>> sample("Example Academy", datetime(2026, 3, 15, 10, 0, 5, 7, tzinfo=UTC))[-36:]
    b',"timestamp":"2026-03-15T10:00:05Z"}'
    """
    issued_at = now.replace(microsecond=0)
    return _written(
        "webhook.test",
        {
            "id": _NOBODYS,
            "code": SAMPLE_CODE,
            "holder_name": "Jane Doe",
            "holder_email": "jane@example.com",
            "course_id": _NOBODYS,
            "course_name": f"Sample course, {organization_name}"[:_LONGEST_NAME],
            "issued_at": instants.show(issued_at),
            "expires_at": instants.show(instants.add_months(issued_at, 12)),
        },
        now,
    )


def _revocation(certificate: Certificate) -> dict[str, str | None]:
    return {"revoked_at": _shown(certificate.revoked_at), "revocation_reason": certificate.revocation_reason}


def _shown(instant: datetime | None) -> str | None:
    return None if instant is None else instants.show(instant)


def _written(kind: EventKind, certificate: dict[str, str | None], now: datetime) -> bytes:
    timestamp = instants.show(now.replace(microsecond=0))
    event = {"event": kind, "data": {"certificate": certificate}, "timestamp": timestamp}
    # As ECMAScript writes it: no blanks, nothing escaped but quotes, backslashes and control characters.
    return orjson.dumps(event)
