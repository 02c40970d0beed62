"""Whether what a client may send is still taken, and what it may receive is still what it knows.

A schema may take more of what clients send and promise more of what they receive; the other way round is a break. Whether
one schema covers another is asked of jsonschema-rs; what that can't decide, such as two patterns, counts as a break.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from jsonschema_rs import Draft4, canonicalize
from jsonschema_rs.canonical import Containment

from tests.contract.reading import Schema, json_schema, merged, plain

TYPING = ("type", "format", "readOnly", "writeOnly", "discriminator")  # what generated clients make types of
STRUCTURE = {"properties", "required", "items", "additionalProperties", "default", *TYPING[1:]}
COMBINED = {"allOf", "anyOf", "oneOf", "not"}
LONGEST_QUOTE = 60


class Direction(Enum):
    """Who writes a value: the client, or the service."""

    SENT = "clients that were right to send it are refused"
    RECEIVED = "clients receive what they were not told of"


@dataclass(frozen=True, order=True)
class Break:
    """What a client written for the old contract stumbles over, and where it meets it first."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass
class Schemas:
    """The schemas of two contracts. A pair of components is told of once, where it is met first."""

    old: Schema
    new: Schema
    met: set[tuple[str, str, Direction]] = field(default_factory=set)

    def breaks(self, old: Schema, new: Schema, direction: Direction, where: str) -> Iterator[Break]:
        """Everything that is narrower for clients that send it, or wider for clients that receive it."""
        names = (old.get("$ref", ""), new.get("$ref", ""), direction)
        if names[1]:
            where = f"{where} ({names[1].rpartition('/')[2]})"
        if all(names):
            if names in self.met:
                return
            self.met.add(names)
        old, new = merged(self.old, old), merged(self.new, new)
        if COMBINED & (old.keys() | new.keys()):
            yield from values(plain(self.old, old), plain(self.new, new), direction, where)
        elif retyped := [keyword for keyword in TYPING if old.get(keyword) != new.get(keyword)]:
            yield Break(where, f"{changes(old, new, retyped)}: generated clients give it another type")
        else:
            yield from demands(old, new, direction, where)
            yield from self.members(old, new, direction, where)
            yield from values(without(old, STRUCTURE), without(new, STRUCTURE), direction, where)

    def members(self, old: Schema, new: Schema, direction: Direction, where: str) -> Iterator[Break]:
        """What an object or an array holds, member by member."""
        before, now, rest = old.get("properties", {}), new.get("properties", {}), old.get("additionalProperties", True)
        for name in before:
            if name in now:
                yield from self.breaks(before[name], now[name], direction, f"{where}.{name}")
            else:
                yield Break(f"{where}.{name}", "is gone")
        for name in sorted(now.keys() - before.keys()):
            if isinstance(rest, dict):
                yield from self.breaks(rest, now[name], direction, f"{where}.{name}")
            elif not rest and direction is Direction.RECEIVED:
                yield Break(f"{where}.{name}", "is new where no more members were to come")
        if "items" in old or "items" in new:
            yield from self.breaks(old.get("items", {}), new.get("items", {}), direction, f"{where}[]")
        yield from self.rest(old, new, direction, where)

    def rest(self, old: Schema, new: Schema, direction: Direction, where: str) -> Iterator[Break]:
        """What an object may hold beside its members: anything, something, nothing."""
        before, now = (schema.get("additionalProperties", True) for schema in (old, new))
        if isinstance(before, dict) and isinstance(now, dict):
            yield from self.breaks(before, now, direction, f"{where}.*")
            return
        less, more = (now, before) if direction is Direction.SENT else (before, now)
        if openness(less) < openness(more):
            yield Break(where, f"{changes(old, new, ['additionalProperties'])}: {direction.value}")


def demands(old: Schema, new: Schema, direction: Direction, where: str) -> Iterator[Break]:
    """Members that clients have to know now, and members that they can no longer count on."""
    before, now = set(old.get("required", [])), set(new.get("required", []))
    if direction is Direction.SENT:
        yield from (Break(f"{where}.{name}", "is required now") for name in sorted(now - before))
        if "default" in old and old["default"] != new.get("default"):
            yield Break(where, f"{changes(old, new, ['default'])}: to leave it out means something else")
    else:
        kept = (before - now) & new.get("properties", {}).keys()
        yield from (Break(f"{where}.{name}", "may be missing now") for name in sorted(kept))


def values(old: Schema, new: Schema, direction: Direction, where: str) -> Iterator[Break]:
    """Lengths, ranges, patterns, enums and null.

    >>> long, short = {"type": "string", "maxLength": 9}, {"type": "string", "maxLength": 5}
    >>> print(*values(long, short, Direction.SENT, "name"))
    name: maxLength was 9 and is 5: clients that were right to send it are refused
    >>> list(values(long, short, Direction.RECEIVED, "name"))
    []
    """
    wide, narrow = (new, old) if direction is Direction.SENT else (old, new)
    if wide != narrow and not covers(wide, narrow):
        yield Break(where, f"{changes(old, new, sorted(old.keys() | new.keys()))}: {direction.value}")


def covers(wide: Schema, narrow: Schema) -> bool:
    """Whether each value that the narrow schema takes is certainly one that the wide schema takes."""
    one, other = (canonicalize(json_schema(schema), draft=Draft4, validate_formats=True) for schema in (wide, narrow))
    return one.covers(other) is Containment.YES


def openness(rest: Schema | bool) -> int:  # noqa: FBT001 - JSON Schema's own alternative
    """How much an object may hold beside its members: nothing, something, anything."""
    return 1 if isinstance(rest, dict) else 2 * rest


def without(schema: Schema, keywords: set[str]) -> Schema:
    """A schema less some keywords."""
    return {keyword: value for keyword, value in schema.items() if keyword not in keywords}


def changes(old: Schema, new: Schema, keywords: list[str]) -> str:
    """The keywords that differ, in words.

    >>> changes({"maxLength": 9}, {"pattern": "^a"}, ["maxLength", "pattern"])
    'maxLength was 9 and is gone, pattern is new: "^a"'
    """
    return ", ".join(change(old, new, keyword) for keyword in keywords if old.get(keyword) != new.get(keyword))


def change(old: Schema, new: Schema, keyword: str) -> str:
    """What became of one keyword."""
    if keyword not in old:
        return f"{keyword} is new: {quoted(new[keyword])}"
    if keyword not in new:
        return f"{keyword} was {quoted(old[keyword])} and is gone"
    return f"{keyword} was {quoted(old[keyword])} and is {quoted(new[keyword])}"


def quoted(value: object) -> str:
    """A value as the contract could have it, its end left out where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
