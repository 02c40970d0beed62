"""Repeating a request without doing it twice."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import timedelta

from rules.errors import Refused

LIFETIME = timedelta(hours=24)
"""For how long the first answer is replayed."""

HEADER = "Idempotency-Key"
PATTERN = "^[!-~]{1,255}$"

_FITS = re.compile(PATTERN)


def key(text: str) -> str:
    """A key is 1 to 255 visible ASCII characters, chosen by the client.

    >>> key("8e03978e-40d5-43e8-bc93-6894a57f9324")
    '8e03978e-40d5-43e8-bc93-6894a57f9324'
    """
    if _FITS.fullmatch(text) is None:
        message = f"{HEADER} must be 1 to 255 visible ASCII characters without blanks."
        raise Refused("unprocessable_entity", message, field=HEADER)
    return text


def fingerprint(operation: str, path: Mapping[str, str], body: object) -> str:
    """Two requests are the same when operation, path and the JSON value are, however that value was written.

    The order of members and the spelling of a number (12, 12.0) do not matter; everything else does. `body` is the
    parsed value, None where there is none.

    >>> fingerprint("issue", {}, {"a": 1, "b": 2}) == fingerprint("issue", {}, {"b": 2.0, "a": 1})
    True
    >>> fingerprint("issue", {}, {"a": 1}) == fingerprint("issue", {}, {"a": True})
    False
    """
    whole = [operation, dict(path), _canonical(body)]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()


def _canonical(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _canonical(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    return value
