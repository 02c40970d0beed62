"""Entity tags: what the bytes of an answer are called, so that who has them is not sent them again."""

import hashlib
from collections.abc import Sequence


def strong(media_type: bytes, body: bytes) -> str:
    """The same type and bytes have the same tag, and others another one (RFC 9110, section 8.8.3).

    >>> strong(b"application/json", b"{}")
    '"35a4d65c6257143a220017968550b7b5"'
    """
    return f'"{hashlib.blake2b(media_type + b" " + body, digest_size=16).hexdigest()}"'


def is_named(tag: str, lines: Sequence[str]) -> bool:
    """Whether lines of If-None-Match name a tag, weak or strong, or any at all (RFC 9110, section 13.1.2).

    >>> is_named('"b"', ['"a", W/"b"']), is_named('W/"a"', ['"a"']), is_named('"c"', ['"a"', '*']), is_named('"c"', ['"a"'])
    (True, True, True, False)
    """
    if tag in lines:
        return True
    named = [one.strip().removeprefix("W/") for line in lines for one in line.split(",")]
    return tag.removeprefix("W/") in named or "*" in named
