"""The state of a certificate; decided here and nowhere else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

Status = Literal["valid", "never_expires", "expired", "renewed", "revoked"]
Announcement = Literal["expiring", "expired"]

EXPIRING_FOR = timedelta(days=30)
"""How long before its expiry a certificate is announced as expiring."""


class Stateful(Protocol):
    """Whatever tells all that a certificate's state depends on, besides the time."""

    @property
    def expires_at(self) -> datetime | None:
        """From when on it has expired; None where it never does."""

    @property
    def revoked_at(self) -> datetime | None:
        """When it was revoked, if it was."""

    @property
    def renewed(self) -> bool:
        """Whether another certificate has taken its place."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A certificate's state, and whether one may rely on it.

    >>> Verdict("never_expires", valid=True).status
    'never_expires'
    """

    status: Status
    valid: bool


_VALID, _NEVER_EXPIRES = Verdict("valid", valid=True), Verdict("never_expires", valid=True)
_EXPIRED, _RENEWED = Verdict("expired", valid=False), Verdict("renewed", valid=False)
_REVOKED = Verdict("revoked", valid=False)


def verdict(facts: Stateful, now: datetime) -> Verdict:
    """Revoked outweighs renewed, renewed outweighs expired; only what is none of these is valid.

    A certificate is expired from the very instant of its expiry on.

    >>> from datetime import UTC
    >>> from types import SimpleNamespace as Facts
    >>> noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    >>> verdict(Facts(expires_at=noon, revoked_at=None, renewed=False), noon)
    Verdict(status='expired', valid=False)
    """
    if facts.revoked_at is not None:
        return _REVOKED
    if facts.renewed:
        return _RENEWED
    expires_at = facts.expires_at
    if expires_at is None:
        return _NEVER_EXPIRES
    return _EXPIRED if expires_at <= now else _VALID


def changes_at(facts: Stateful, now: datetime) -> datetime | None:
    """The moment from which time alone makes another verdict; None where it never does.

    >>> from datetime import UTC
    >>> from types import SimpleNamespace as Facts
    >>> noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    >>> changes_at(Facts(expires_at=noon, revoked_at=None, renewed=False), noon) is None
    True
    >>> changes_at(Facts(expires_at=noon, revoked_at=None, renewed=False), noon - EXPIRING_FOR) == noon
    True
    """
    return facts.expires_at if verdict(facts, now).valid else None


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
