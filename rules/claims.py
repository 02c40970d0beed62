"""Claims: the link in a holder's mail carries a signed token, good for one certificate, one address and one purpose.

The token is a JSON Web Token (RFC 7519) that is signed with HMAC-SHA256 and read as RFC 8725 advises: one fixed
algorithm, an audience and a purpose of its own.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import jwt

from rules.errors import Refused

LIFETIME = timedelta(days=7)
AUDIENCE = "truecerta-claim"
PURPOSE = "claim_certificate"

# The last character of a signature carries four bits and two zeros: every token is written in one way only.
PATTERN = "^[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"

_ALGORITHM = "HS256"
_FITS = re.compile(PATTERN)
_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token stands for: one certificate, and the digest of the address that it was sent to.

    >>> Claim.__slots__
    ('certificate_id', 'address_digest')
    """

    certificate_id: UUID
    address_digest: str


def token(key: bytes, certificate_id: UUID, email: str, now: datetime) -> str:
    """Whoever shows the token has read the holder's mail, within the seven days since it was written.

    `key` is 32 bytes or more, used for nothing else.

    >>> from datetime import UTC
    >>> token(bytes(32), UUID(int=1), "jane@example.com", datetime(2026, 3, 15, 10, tzinfo=UTC)).count(".")
    2
    """
    issued_at = int(now.timestamp())
    claims = {
        "aud": AUDIENCE,
        "purpose": PURPOSE,
        "sub": str(certificate_id),
        "adr": _digest(email),
        "iat": issued_at,
        "exp": issued_at + int(LIFETIME.total_seconds()),
    }
    return jwt.encode(claims, key, algorithm=_ALGORITHM)


def read(token: str, keys: Sequence[bytes], now: datetime) -> Claim:
    """A token is believed when it is ours to the letter, signed by one of the keys for this purpose; then its age counts.

    `keys` holds the present key and those that still hold beside it. A forged or altered token is refused as
    unprocessable, whatever its age; one of ours from its last second on as gone.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    >>> read(token(bytes(32), UUID(int=1), "jane@example.com", noon), [bytes(32)], noon).certificate_id
    UUID('00000000-0000-0000-0000-000000000001')
    """
    claim, expiry = _told(_signed(token, keys))
    if expiry <= now.timestamp():
        raise Refused("gone", "This link has expired. Ask whoever issued the certificate to send a new one.")
    return claim


def read_outdated(token: str, keys: Sequence[bytes]) -> Claim:
    """A token whose time is over claims nothing, but still tells for whom another may be mailed to the same address.

    >>> from datetime import UTC
    >>> long_ago = datetime(2026, 3, 15, 12, tzinfo=UTC)
    >>> read_outdated(token(bytes(32), UUID(int=1), "jane@example.com", long_ago), [bytes(32)]).certificate_id
    UUID('00000000-0000-0000-0000-000000000001')
    """
    return _told(_signed(token, keys))[0]


def is_for(claim: Claim, certificate_id: UUID, email: str) -> bool:
    """A claim counts for its own certificate, and only while that is still made out to the address the link went to.

    >>> is_for(Claim(UUID(int=1), _digest("jane@example.com")), UUID(int=1), "jane@example.org")
    False
    """
    return claim == Claim(certificate_id, _digest(email))


def _signed(token: str, keys: Sequence[bytes]) -> Mapping[str, object]:
    """The claims of a token that one of the keys has signed for our audience."""
    if _FITS.fullmatch(token) is None:
        raise _foreign()
    for key in keys:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                audience=AUDIENCE,
                # The library would ask a clock of its own.
                options={"strict_aud": True, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except jwt.InvalidTokenError:
            continue
    raise _foreign()


def _told(claims: Mapping[str, object]) -> tuple[Claim, int]:
    """What the claims say and until when (seconds since 1970), provided that all of them are there and make sense."""
    match claims:
        case {"purpose": purpose, "sub": str(sub), "adr": str(digest), "iat": int(), "exp": int(expiry)}:
            if purpose == PURPOSE and _UUID.fullmatch(sub) and _DIGEST.fullmatch(digest):
                return Claim(UUID(sub), digest), expiry
    raise _foreign()


def _digest(email: str) -> str:
    return hashlib.sha256(email.encode("utf-8")).hexdigest()


def _foreign() -> Refused:
    sentence = "This link is not one that we sent, or it was cut or changed on its way. Open it again from the mail."
    return Refused("unprocessable_entity", sentence, field="token")
