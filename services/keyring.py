"""The installation's secret key, put to its uses: each has a key of its own, derived for that purpose alone."""

import base64
from functools import cache
from typing import Literal

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Purpose = Literal["webhook secrets", "kept answers", "claim links"]
Signing = Literal["sessions", "form tokens", "account links", "claim forms", "known browsers"]


class Unreadable(Exception):
    """What was sealed under a secret key that this installation no longer has."""


class Keyring:
    """Seals what lies in the database and signs what leaves in links.

    New things are sealed and signed under the present key; what was under the previous one is still read, so that a key
    can be replaced without losing anything.
    """

    def __init__(self, current: str, previous: str | None = None) -> None:
        self._keys = (current,) if previous is None else (current, previous)
        self._box = cache(self._made)

    @property
    def claim_keys(self) -> tuple[bytes, ...]:
        """The keys of claim links, the present one first."""
        return tuple(_derived(key, "claim links") for key in self._keys)

    def keys_of(self, purpose: Signing) -> tuple[bytes, ...]:
        """The keys by which something is signed, the present one first."""
        return tuple(_derived(key, purpose) for key in self._keys)

    @property
    def was_replaced(self) -> bool:
        """Whether a previous key is still known, under which something may lie."""
        return len(self._keys) > 1

    def seal(self, purpose: Purpose, plain: bytes) -> bytes:
        """Encrypt and sign (Fernet: AES-128 in CBC mode, HMAC-SHA256)."""
        return self._box(purpose).encrypt(plain)

    def unseal(self, purpose: Purpose, sealed: bytes) -> bytes:
        """What was sealed; Unreadable when neither key fits or it was altered."""
        try:
            return self._box(purpose).decrypt(sealed)
        except InvalidToken:
            raise Unreadable(f"Something under {purpose} was sealed with another secret key.") from None

    def renewed(self, purpose: Purpose, sealed: bytes) -> bytes:
        """The same, sealed under the present key."""
        return self.seal(purpose, self.unseal(purpose, sealed))

    def _made(self, purpose: Purpose) -> MultiFernet:
        return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key, purpose))) for key in self._keys])


def _derived(key: str, purpose: Purpose | Signing) -> bytes:
    """32 bytes for one purpose (HKDF with SHA-256, RFC 5869): who learns one key learns no other."""
    return HKDF(SHA256(), 32, salt=None, info=f"truecerta {purpose}".encode()).derive(key.encode())
