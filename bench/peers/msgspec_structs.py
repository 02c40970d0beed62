"""What is answered and asked for, as msgspec's structs."""

from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, field

from rules.open_badges import CONTEXT

Links = dict[str, str]


class VerifiedCertificate(Struct):
    """A certificate as everybody sees it."""

    code: str
    holder_name: str
    is_claimed: bool
    issued_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | UnsetType = UNSET
    revocation_reason: str | UnsetType | None = UNSET


class VerifiedCourse(Struct):
    """What it was awarded for."""

    name: str
    description: str | None
    eqf_level: int | None
    nlqf_level: str | None
    qualification_label: str | None


class VerifiedAcademy(Struct):
    """Who awarded it."""

    name: str
    logo_url: str | None


class Verification(Struct):
    """Whether it is genuine and in force."""

    valid: bool
    status: str
    certificate: VerifiedCertificate
    course: VerifiedCourse
    academy: VerifiedAcademy
    links: Links


class Recipient(Struct):
    """Whom a badge was awarded to."""

    salt: str
    identity: str
    type: str = "email"
    hashed: bool = True


class Assertion(Struct):
    """An Open Badges assertion."""

    id: str
    recipient: Recipient
    badge: str
    issued_on: datetime = field(name="issuedOn")
    expires: datetime | UnsetType = UNSET
    verification: dict[str, str] = field(default_factory=lambda: {"type": "HostedBadge"})
    type: str = "Assertion"
    context: str = field(name="@context", default=CONTEXT)


class RevokedAssertion(Struct):
    """What is left of an assertion."""

    id: str
    reason: str = field(name="revocationReason")
    revoked: bool = True
    type: str = "Assertion"
    context: str = field(name="@context", default=CONTEXT)


class Certificate(Struct):
    """A certificate as its issuer sees it."""

    id: UUID
    code: str
    holder_name: str
    holder_email: str
    course_id: UUID
    course_name: str
    course_version: int
    status: str
    issued_at: datetime
    expires_at: datetime | None
    claimed_at: datetime | None
    is_claimed: bool
    revoked_at: datetime | None
    revocation_reason: str | None
    created_at: datetime
    links: Links


class Pagination(Struct):
    """The way to the next page."""

    cursor: datetime | None
    has_more: bool


class Page(Struct):
    """Certificates, newest first."""

    data: list[Certificate]
    pagination: Pagination


class Issued(Struct):
    """One certificate."""

    data: Certificate


class IssueCertificate(Struct):
    """What is asked for."""

    course_id: UUID
    holder_name: str
    holder_email: str
