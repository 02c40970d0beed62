"""Form tokens: proof that a form was sent from a page of ours, shown to the same visitor."""

import hashlib
import hmac
import re
from collections.abc import Sequence

_SALT = 16
_FITS = re.compile("[0-9a-f]{32}[.][0-9a-f]{64}")


def token(key: bytes, visitor: str, salt: bytes) -> str:
    """A token for whoever `visitor` stands for: a session, or the cookie of somebody who is not signed in.

    `salt` is 16 random bytes, so that no two pages hold the same token and none can be guessed from their compressed sizes.

    >>> len(token(bytes(32), "session 1", bytes(16)))
    97
    """
    return f"{salt.hex()}.{_mark(key, visitor, salt)}"


def is_for(token: str, keys: Sequence[bytes], visitor: str) -> bool:
    """A form counts when its token was made for this very visitor, by one of the keys.

    >>> is_for(token(bytes(32), "session 1", bytes(16)), [bytes(32)], "session 1")
    True
    >>> is_for(token(bytes(32), "session 1", bytes(16)), [bytes(32)], "session 2")
    False
    """
    if _FITS.fullmatch(token) is None:
        return False
    salt, mark = bytes.fromhex(token[: 2 * _SALT]), token[2 * _SALT + 1 :]
    return any(hmac.compare_digest(_mark(key, visitor, salt), mark) for key in keys)


def _mark(key: bytes, visitor: str, salt: bytes) -> str:
    return hmac.new(key, salt + visitor.encode("utf-8"), hashlib.sha256).hexdigest()
