"""Certificates: what one is, once it is issued."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rules.courses import Course
from rules.organizations import Organization
from rules.validity import Facts, Verdict, verdict


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with the course in its own version, its academy, and the code of its successor if it has one.

    >>> Certificate.__slots__[:2]
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

    def verdict(self, now: datetime) -> Verdict:
        """The certificate's state at a moment, as `rules.validity` decides it."""
        return verdict(Facts(self.expires_at, self.revoked_at, self.renewed_by is not None), now)
