"""LinkedIn: the link by which a holder adds a certificate to the own profile there, filled in."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from rules.validity import Status

ADDRESS = "https://www.linkedin.com/profile/add"
_OFFERED = frozenset({"valid", "never_expires", "expired"})


def is_offered(status: Status) -> bool:
    """A certificate goes into a profile unless it was withdrawn, or replaced by one that should stand there instead.

    >>> is_offered("expired"), is_offered("renewed"), is_offered("revoked")
    (True, False, False)
    """
    return status in _OFFERED


def link(
    *, course: str, academy: str, issued_at: datetime, expires_at: datetime | None, code: str, verify_page: str
) -> str:
    """LinkedIn's form for a new certification, with every field that it takes from a link; months are those in UTC.

    What never expires has no month of expiry.

    >>> issued_at = datetime(2026, 3, 15, tzinfo=UTC)
    >>> link(course="Web Development", academy="Example Academy", issued_at=issued_at, expires_at=None,
    ...     code="TRC-ACA-26-F5N8K3", verify_page="https://example.com/v/TRC-ACA-26-F5N8K3").split("&")[1:3]
    ['name=Web+Development', 'organizationName=Example+Academy']
    """
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": course,
        "organizationName": academy,
        **_month("issue", issued_at),
        **({} if expires_at is None else _month("expiration", expires_at)),
        "certId": code,
        "certUrl": verify_page,
    }
    return f"{ADDRESS}?{urlencode(fields)}"


def _month(what: str, instant: datetime) -> dict[str, str]:
    in_utc = instant.astimezone(UTC)
    return {f"{what}Year": str(in_utc.year), f"{what}Month": str(in_utc.month)}
