"""The state of a certificate; decided here and nowhere else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Status = Literal["valid", "never_expires", "expired", "renewed", "revoked"]
Announcement = Literal["expiring", "expired"]

EXPIRING_FOR = timedelta(days=30)
"""How long before its expiry a certificate is announced as expiring."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a certificate's state depends on, besides the time.

    >>> Facts(expires_at=None, revoked_at=None, renewed=False).renewed
    False
    """

    expires_at: datetime | None
    revoked_at: datetime | None
    renewed: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """A certificate's state, and whether one may rely on it.

    >>> Verdict("never_expires", valid=True).status
    'never_expires'
    """

    status: Status
    valid: bool


def verdict(facts: Facts, now: datetime) -> Verdict:
    """Revoked outweighs renewed, renewed outweighs expired; only what is none of these is valid.

    A certificate is expired from the very instant of its expiry on.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    >>> verdict(Facts(expires_at=noon, revoked_at=None, renewed=False), noon)
    Verdict(status='expired', valid=False)
    """
    status = _status(facts, now)
    return Verdict(status, valid=status in ("valid", "never_expires"))


def announcements(expires_at: datetime | None, now: datetime) -> tuple[Announcement, ...]:
    """What is due to be announced, as if nothing had been: expiring once 30 days are left, expired from the expiry on.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    >>> announcements(noon + EXPIRING_FOR, noon), announcements(noon, noon), announcements(None, noon)
    (('expiring',), ('expiring', 'expired'), ())
    """
    if expires_at is None or expires_at - now > EXPIRING_FOR:
        return ()
    return ("expiring", "expired") if expires_at <= now else ("expiring",)


def _status(facts: Facts, now: datetime) -> Status:
    if facts.revoked_at is not None:
        return "revoked"
    if facts.renewed:
        return "renewed"
    if facts.expires_at is None:
        return "never_expires"
    return "expired" if facts.expires_at <= now else "valid"
