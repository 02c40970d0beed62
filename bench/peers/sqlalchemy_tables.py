"""The service's tables as SQLAlchemy maps them: the columns that the peers read and write."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """Every instant carries its offset."""

    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012  # read once by SQLAlchemy


class ApiKey(Base):
    """A key that acts for its organization."""

    __tablename__ = "api_key"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]
    key_hash: Mapped[str]
    revoked_at: Mapped[datetime | None]


class Organization(Base):
    """An academy."""

    __tablename__ = "organization"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    logo_url: Mapped[str | None]
    logo_id: Mapped[str | None]
    code_letters: Mapped[str]


class Course(Base):
    """A course, and which of its versions is the present one."""

    __tablename__ = "course"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    present_version: Mapped[int]
    validity_period_months: Mapped[int | None]
    organization: Mapped[Organization] = relationship()


class CourseVersion(Base):
    """What certificates show of a course."""

    __tablename__ = "course_version"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    name: Mapped[str]
    description: Mapped[str | None]
    eqf_level: Mapped[int | None]
    nlqf_level: Mapped[str | None]
    qualification_label: Mapped[str | None]
    course: Mapped[Course] = relationship()


class Certificate(Base):
    """A certificate."""

    __tablename__ = "certificate"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    course_id: Mapped[UUID]
    course_version_id: Mapped[UUID] = mapped_column(ForeignKey("course_version.id"))
    holder_name: Mapped[str]
    holder_email: Mapped[str]
    holder_key: Mapped[str | None]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revocation_reason: Mapped[str | None]
    renewed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("certificate.id"))
    created_at: Mapped[datetime]
    organization: Mapped[Organization] = relationship()
    version: Mapped[CourseVersion] = relationship()
    renewed_by: Mapped["Certificate | None"] = relationship(remote_side=[id])

    def status(self, now: datetime) -> str:
        """Its state at a moment."""
        if self.revoked_at is not None:
            return "revoked"
        if self.renewed_by_id is not None:
            return "renewed"
        if self.expires_at is None:
            return "never_expires"
        return "expired" if self.expires_at <= now else "valid"


class Event(Base):
    """What happened."""

    __tablename__ = "event"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]
    kind: Mapped[str]
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificate.id"))
    body: Mapped[bytes]
    created_at: Mapped[datetime]
    certificate: Mapped[Certificate] = relationship()


class Mail(Base):
    """A mail to be sent."""

    __tablename__ = "mail"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    organization_id: Mapped[UUID]
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificate.id"))
    recipient: Mapped[str]
    facts: Mapped[str]
    tries: Mapped[int]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    certificate: Mapped[Certificate] = relationship()


class AuditEntry(Base):
    """Who changed what."""

    __tablename__ = "audit_entry"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]
    api_key_id: Mapped[UUID]
    action: Mapped[str]
    subject: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    created_at: Mapped[datetime]
