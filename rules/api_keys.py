"""API keys: recognisable at a glance, checkable without a database, kept only as a digest."""

import hashlib
import re
import string
import zlib
from collections.abc import Callable, Sequence

MARK = "trc_live_"
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
PATTERN = "^trc_live_[0-9A-Za-z]{36}$"

_SECRET_LENGTH, _SUM_LENGTH = 30, 6
LENGTH = len(MARK) + _SECRET_LENGTH + _SUM_LENGTH
_FITS = re.compile(PATTERN)


def mint(choose: Callable[[Sequence[str]], str]) -> str:
    """A key is its mark, thirty random characters (178 bits) and a checksum of six.

    `choose` picks one item and must be cryptographic, such as `secrets.choice`.

    >>> mint(choose=min)
    'trc_live_0000000000000000000000000000001dqmMh'
    """
    start = MARK + "".join(choose(BASE62) for _ in range(_SECRET_LENGTH))
    return start + _checksum(start)


def is_well_formed(key: str) -> bool:
    """A typing error or a look-alike in a leak scan shows without asking anybody: its checksum is wrong.

    >>> is_well_formed(mint(choose=max))
    True
    >>> is_well_formed("trc_live_your_api_key_here")
    False
    """
    return _FITS.fullmatch(key) is not None and _checksum(key[:-_SUM_LENGTH]) == key[-_SUM_LENGTH:]


def digest(key: str) -> str:
    """Only the SHA-256 of a key is kept; with 178 random bits no slower function is needed.

    >>> digest("trc_live_")[:8]
    '80e8cff3'
    """
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def hint(key: str) -> str:
    """The last four characters tell an owner's keys apart without giving one away.

    >>> hint("trc_live_your_api_key_here")
    'here'
    """
    return key[-4:]


def _checksum(text: str) -> str:
    """CRC-32 in base 62, zero-padded: six digits hold thirteen times what it can be."""
    rest, digits = zlib.crc32(text.encode("ascii")), ""
    for _ in range(_SUM_LENGTH):
        rest, digit = divmod(rest, len(BASE62))
        digits = BASE62[digit] + digits
    return digits
