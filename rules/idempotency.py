"""Repeating a request without doing it twice."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta

LIFETIME = timedelta(hours=24)
"""For how long the first answer is replayed."""


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
