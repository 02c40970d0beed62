"""JSON as it is accepted from outside: only what every reader understands in the same way."""

import json
import re
import unicodedata
from typing import NoReturn

from rules.errors import Refused

DEEPEST = 32
GREATEST = 2**53
"""Beyond this, readers that keep numbers as doubles (JavaScript) round integers (RFC 8259, section 6)."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LONGEST_INTEGER = len(str(-GREATEST))
_LONGEST_NAME = 64


class _Number(str):
    """A number as it was written, until its place in the document is known."""

    __slots__ = ()


class _Members(list[tuple[str, object]]):
    """An object's members as they were written, doubles included."""

    __slots__ = ()


def parse(data: bytes) -> object:
    """A body is one JSON text (RFC 8259) in UTF-8 that no two readers could understand differently.

    Refused beside malformed text: a byte order mark, a member named twice, numbers beyond 2 ** 53, NUL and lone
    surrogates, more than 32 levels. A whole number is an int however it was written. The only exception is Refused.

    >>> parse(b'{"validity_period_months": 12.0}')
    {'validity_period_months': 12}
    >>> parse(b'{"list": [{"x": 1, "x": 2}]}')
    Traceback (most recent call last):
    rules.errors.Refused: list[0].x is given twice.
    """
    text = _text(data)
    try:
        return _plain(text)
    except _InDoubtError:
        return _read(text)


class _InDoubtError(Exception):
    """Something that is wrong, or may be."""


def _plain(text: str) -> object:
    """A text in which nothing can be wrong is read in a third of the time; what is in doubt here is wrong for `_read` alone.

    Without escapes there is neither NUL nor half a pair; a part of what is in NFC is so too (UAX #15, section 6).
    """
    if "\\" in text or text.count("[") + text.count("{") > DEEPEST or not unicodedata.is_normalized("NFC", text):
        raise _InDoubtError
    try:
        value, end = _PLAIN.raw_decode(text)
    except json.JSONDecodeError:
        raise _InDoubtError from None
    if end != len(text):
        raise _InDoubtError
    return value


def _read(text: str) -> object:
    _measure_depth(text)
    try:
        tree = _DECODER.decode(text)
    except json.JSONDecodeError as problem:
        _refuse(f"The body is not valid JSON (line {problem.lineno}, column {problem.colno}).")
    return _value(tree, "")


def _each_once(members: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(members)
    if len(found) < len(members):
        raise _InDoubtError
    return found


def _small(written: str) -> int:
    if len(written) >= _LONGEST_INTEGER - 1:
        raise _InDoubtError
    return int(written)


def _doubtful(_written: str) -> NoReturn:
    raise _InDoubtError


_DECODER = json.JSONDecoder(object_pairs_hook=_Members, parse_int=_Number, parse_float=_Number, parse_constant=_Number)
_PLAIN = json.JSONDecoder(
    object_pairs_hook=_each_once, parse_int=_small, parse_float=_doubtful, parse_constant=_doubtful
)


def _text(data: bytes) -> str:
    if data.startswith(_BYTE_ORDER_MARK):
        _refuse("The body begins with a byte order mark; send JSON in UTF-8 without one.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("The body is not valid UTF-8.")


def _measure_depth(text: str) -> None:
    """Levels are counted before the parser, which recurses, sees them."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > DEEPEST:
            _refuse(f"The body is nested more than {DEEPEST} levels deep.")


def _value(node: object, path: str) -> object:
    if isinstance(node, _Number):
        return _number(node, path)
    if isinstance(node, str):
        return _string(node, path)
    if isinstance(node, _Members):
        return _object(node, path)
    if isinstance(node, list):
        return [_value(item, f"{path}[{position}]") for position, item in enumerate(node)]
    return node


def _object(members: _Members, path: str) -> dict[str, object]:
    result: dict[str, object] = {}
    for name, node in members:
        _string(name, path)  # a bad name cannot name its own place, so its object does
        place = f"{path}.{_short(name)}" if path else _short(name)
        if name in result:
            _refuse("{} is given twice.", place)
        result[name] = _value(node, place)
    return result


def _string(text: str, path: str) -> str:
    if _UNSTORABLE.search(text):
        _refuse("{} contains a NUL character or half of a surrogate pair.", path)
    # Composed here, before anything is measured: a letter with an accent counts as one, whichever way it was typed.
    return unicodedata.normalize("NFC", text)


def _number(written: str, path: str) -> int | float:
    if written.lstrip("-").isdigit():
        # Measured before it is read: converting thousands of digits is slow, and refused by Python itself.
        number: int | float = int(written) if len(written) <= _LONGEST_INTEGER else float("inf")
    else:
        number = float(written)
    if not -GREATEST <= number <= GREATEST:  # NaN fails this as well
        _refuse("{} must be a number between -2^53 and 2^53.", path)
    return int(number) if number == int(number) else number


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"


def _refuse(sentence: str, path: str = "") -> NoReturn:
    raise Refused("unprocessable_entity", sentence.format(path or "The body"), field=path or None)
