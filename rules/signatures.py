"""Signatures: how a receiver knows that an event comes from here and arrived as it was sent."""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

MARK = "whsec_"
NOISE_LENGTH = 32
"""Bytes of a cryptographic source in a secret; Standard Webhooks asks for 24 to 64."""


def new_secret(noise: bytes) -> str:
    """A secret is its mark and 32 random bytes in base64, as Standard Webhooks writes them.

    >>> new_secret(bytes(32))
    'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
    """
    if len(noise) != NOISE_LENGTH:
        raise ValueError(f"A secret is made of {NOISE_LENGTH} bytes, not {len(noise)}.")
    return MARK + base64.b64encode(noise).decode("ascii")


def headers(event_id: UUID, body: bytes, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """A delivery is signed in two ways, so that both the documented check and any Standard Webhooks library accept it.

    `secrets` holds the present one and then, while it is being rotated out, the one before, which signs beside it.
    The documented signature has room for one, so the old secret's goes into a header of its own.
    https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

    >>> from datetime import UTC
    >>> headers(UUID(int=1), b"{}", [new_secret(bytes(32))], datetime(2026, 3, 15, 10, tzinfo=UTC))["webhook-timestamp"]
    '1773568800'
    """
    sent_at = str(int(now.timestamp()))
    signed = f"{event_id}.{sent_at}.".encode() + body
    plain = [_plain(secret, body) for secret in secrets]
    return {
        **dict(zip(("X-TrueCerta-Signature", "X-TrueCerta-Signature-Previous"), plain, strict=False)),
        "webhook-id": str(event_id),
        "webhook-timestamp": sent_at,
        "webhook-signature": " ".join(_standard(secret, signed) for secret in secrets),
    }


def _plain(secret: str, body: bytes) -> str:
    """The documented signature's key is the whole secret as it is shown, mark included."""
    return hmac.digest(secret.encode("ascii"), body, "sha256").hex()


def _standard(secret: str, signed: bytes) -> str:
    """The standard's key is what the secret spells in base64 after its mark."""
    key = base64.b64decode(secret.removeprefix(MARK))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode("ascii")
