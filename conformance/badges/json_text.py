"""Documents as they arrive: bytes that are one JSON object, or the reason why they are not."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import NoReturn

from .values import kind


class NotJson(Exception):
    """What was read is no JSON object. The sentence says why."""


@dataclass(frozen=True)
class Parsed:
    """A JSON object, and the names that stand twice in it or in an object within it."""

    value: dict[str, object]
    repeated: tuple[str, ...] = ()


def parsed(content: bytes | str) -> Parsed:
    """A JSON object out of UTF-8.

    >>> parsed(b'{"a": 1, "a": 2}')
    Parsed(value={'a': 2}, repeated=('a',))
    """
    repeated: list[str] = []

    def noting(pairs: list[tuple[str, object]]) -> dict[str, object]:
        members = dict(pairs)
        if len(members) < len(pairs):
            counted = Counter(name for name, _ in pairs)
            repeated.extend(name for name, times in counted.items() if times > 1)
        return members

    try:
        text = content if isinstance(content, str) else content.decode("utf-8")
        value = json.loads(text, object_pairs_hook=noting, parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise NotJson(_why(error)) from None
    if not isinstance(value, dict):
        raise NotJson(f"It is JSON, but {kind(value)} and no object.")
    return Parsed(value, tuple(repeated))


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "It is not written in UTF-8."
    if isinstance(error, UnicodeEncodeError):
        return "It holds half of a character, a surrogate without its other half."
    if isinstance(error, RecursionError):
        return "It is nested too deeply to be read."
    if isinstance(error, json.JSONDecodeError):
        return f"It is no JSON: {error.msg} at line {error.lineno}, column {error.colno}."
    return f"It is no JSON: {error}"


def _no_number(written: str) -> NoReturn:
    raise ValueError(f"{written} is no number of JSON.")
