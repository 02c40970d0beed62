"""Tokens of ours that somebody carries about: signed, so that what they say is believed, and for one use only.

JSON Web Tokens (RFC 7519), signed with HMAC-SHA256 and read as RFC 8725 advises: one fixed algorithm, and an audience for
each use. Each use has a key of its own too.
"""

import re
from collections.abc import Mapping, Sequence

import jwt
from jwt.types import Options

_ALGORITHM = "HS256"
# The last character of a signature carries four bits and two zeros: every token is written in one way only.
_FITS = re.compile("[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
_LONGEST = 2000


def sign(key: bytes, audience: str, says: Mapping[str, str | int]) -> str:
    """What a token says, signed for one audience. `key` is 32 bytes or more, used for nothing else.

    >>> sign(bytes(32), "example", {"sub": "1"}).count(".")
    2
    """
    return jwt.encode({**says, "aud": audience}, key, algorithm=_ALGORITHM)


def read(token: str, keys: Sequence[bytes], audience: str) -> Mapping[str, object] | None:
    """What a token says that one of the keys has signed for this audience; None for any other text. No date is looked at.

    >>> read(sign(bytes(32), "example", {"sub": "1"}), [bytes(32)], "example")
    {'sub': '1', 'aud': 'example'}
    >>> read(sign(bytes(32), "example", {"sub": "1"}), [bytes(32)], "another") is None
    True
    """
    if len(token) > _LONGEST or _FITS.fullmatch(token) is None:
        return None
    # The library would ask a clock of its own.
    options: Options = {"strict_aud": True, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    for key in keys:
        try:
            return jwt.decode(token, key, algorithms=[_ALGORITHM], audience=audience, options=options)
        except jwt.InvalidTokenError:
            continue
    return None
