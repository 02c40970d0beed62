"""The state of a certificate; decided here and nowhere else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Status = Literal["valid", "never_expires", "expired", "renewed", "revoked"]


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


def _status(facts: Facts, now: datetime) -> Status:
    if facts.revoked_at is not None:
        return "revoked"
    if facts.renewed:
        return "renewed"
    if facts.expires_at is None:
        return "never_expires"
    return "expired" if facts.expires_at <= now else "valid"
