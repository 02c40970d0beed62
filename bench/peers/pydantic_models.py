"""What is answered and asked for, as pydantic's models."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from rules.open_badges import CONTEXT

Links = dict[str, str]


class VerifiedCertificate(BaseModel):
    """A certificate as everybody sees it."""

    code: str
    holder_name: str
    is_claimed: bool
    issued_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None = None
    revocation_reason: str | None = None


class VerifiedCourse(BaseModel):
    """What it was awarded for."""

    model_config = ConfigDict(from_attributes=True)
    name: str
    description: str | None
    eqf_level: int | None
    nlqf_level: str | None
    qualification_label: str | None


class VerifiedAcademy(BaseModel):
    """Who awarded it."""

    name: str
    logo_url: str | None


class Verification(BaseModel):
    """Whether it is genuine and in force."""

    valid: bool
    status: str
    certificate: VerifiedCertificate
    course: VerifiedCourse
    academy: VerifiedAcademy
    links: Links


class Assertion(BaseModel):
    """An Open Badges assertion, or what is left of it."""

    context: str = Field(serialization_alias="@context", default=CONTEXT)
    type: str = "Assertion"
    id: str
    recipient: dict[str, str | bool] | None = None
    badge: str | None = None
    verification: dict[str, str] | None = None
    issued_on: datetime | None = Field(serialization_alias="issuedOn", default=None)
    expires: datetime | None = None
    revoked: bool | None = None
    reason: str | None = Field(serialization_alias="revocationReason", default=None)


class Certificate(BaseModel):
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


class Pagination(BaseModel):
    """The way to the next page."""

    cursor: datetime | None
    has_more: bool


class Page(BaseModel):
    """Certificates, newest first."""

    data: list[Certificate]
    pagination: Pagination


class Issued(BaseModel):
    """One certificate."""

    data: Certificate


class IssueCertificate(BaseModel):
    """What is asked for."""

    course_id: UUID
    holder_name: str
    holder_email: str
