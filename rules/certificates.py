"""Certificates: what one is, once it is issued.

They are read by the thousand, so they are named tuples: a frozen dataclass takes seven times as long to make.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from rules import validity
from rules.courses import Course
from rules.organizations import Organization
from rules.validity import Verdict


class Listed(NamedTuple):
    """A certificate in a list of its academy's: of its course there is what names it.

    >>> Listed._fields[:2]
    ('id', 'code')
    """

    id: UUID
    code: str
    holder_name: str
    holder_email: str
    course_id: UUID
    course_name: str
    course_version: int
    issued_at: datetime
    expires_at: datetime | None
    claimed_at: datetime | None
    revoked_at: datetime | None
    revocation_reason: str | None
    renewed_by: str | None
    created_at: datetime

    @property
    def renewed(self) -> bool:
        """Whether another certificate has taken its place."""
        return self.renewed_by is not None

    def verdict(self, now: datetime) -> Verdict:
        """The certificate's state at a moment, as `rules.validity` decides it."""
        return validity.verdict(self, now)


class Verifiable(NamedTuple):
    """A certificate as far as anyone who holds its code may learn of it, or be led to check.

    >>> Verifiable._fields[:2]
    ('code', 'holder_name')
    """

    code: str
    holder_name: str
    holder_email: str
    issued_at: datetime
    expires_at: datetime | None
    claimed_at: datetime | None
    revoked_at: datetime | None
    revocation_reason: str | None
    renewed_by: str | None
    course_id: UUID
    course_version: int
    course_name: str
    description: str | None
    eqf_level: int | None
    nlqf_level: str | None
    qualification_label: str | None
    academy: str
    logo_url: str | None
    logo: str | None

    @property
    def renewed(self) -> bool:
        """Whether another certificate has taken its place."""
        return self.renewed_by is not None

    def verdict(self, now: datetime) -> Verdict:
        """The certificate's state at a moment, as `rules.validity` decides it."""
        return validity.verdict(self, now)


class Certificate(NamedTuple):
    """A certificate with the course in its own version, its academy, and the code of its successor if it has one.

    >>> Certificate._fields[:2]
    ('id', 'code')
    """

    id: UUID
    code: str
    holder_name: str
    holder_email: str
    course: Course
    organization: Organization
    issued_at: datetime
    expires_at: datetime | None
    claimed_at: datetime | None
    revoked_at: datetime | None
    revocation_reason: str | None
    renewed_by: str | None
    created_at: datetime

    @property
    def renewed(self) -> bool:
        """Whether another certificate has taken its place."""
        return self.renewed_by is not None

    @property
    def listed(self) -> Listed:
        """The same as a list shows it."""
        course = self.course
        return Listed._make((*self[:4], course.id, course.name, course.version, *self[6:]))

    def verdict(self, now: datetime) -> Verdict:
        """The certificate's state at a moment, as `rules.validity` decides it."""
        return validity.verdict(self, now)
