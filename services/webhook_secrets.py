"""Secrets of endpoints as they lie in the database: sealed under the secret key, and anew when that is replaced."""

from dataclasses import dataclass

from models import Webhook
from services.keyring import Keyring, Unreadable


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many endpoints have their secrets under the present key, and how many have such as nobody can read."""

    renewed: int
    unreadable: int


async def reseal(keyring: Keyring) -> Resealed:
    """Secrets that lie under the secret key before this one are sealed under the present one.

    Those that lie under neither keep none of the others from it.
    """
    rows = await Webhook.filter(deleted_at__isnull=True)
    unreadable = 0
    for row in rows:
        secret = renewed(keyring, row.secret)
        previous = renewed(keyring, row.previous_secret) if row.previous_secret else None
        # Unless it was rotated meanwhile: then it lies under the present key already.
        own = Webhook.filter(id=row.id, secret=row.secret)
        await own.update(secret=secret or row.secret, previous_secret=previous)
        unreadable += secret is None
    return Resealed(len(rows) - unreadable, unreadable)


async def unreadable(keyring: Keyring) -> int:
    """How many endpoints have a secret that neither key reads."""
    rows = await Webhook.filter(deleted_at__isnull=True)
    return sum(renewed(keyring, row.secret) is None for row in rows)


def renewed(keyring: Keyring, sealed: bytes) -> bytes | None:
    """A secret under the present key; None where it can no longer be read, and so sign nothing."""
    try:
        return keyring.renewed("webhook secrets", bytes(sealed))
    except Unreadable:
        return None
