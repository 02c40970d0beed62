"""Shapes of bodies: what each member is called, what it may be, and what it means."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from pages.reference.contract import Contract, Node, name_of
from pages.reference.wording import phrase, prose

_FORMATS = {"uuid": "UUID", "date-time": "instant", "uri": "address", "email": "mail address"}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value may be. `schema` names the object that it is, or is a list of; `limits` are ready to be read."""

    words: str
    schema: str
    limits: tuple[str, ...]
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object, or a parameter: the same to a reader."""

    name: str
    is_required: bool
    kind: Kind
    description: Markup


@dataclass(frozen=True, slots=True)
class Shape:
    """A schema by its name, with the members it has if it is an object."""

    name: str
    description: Markup
    kind: Kind
    members: tuple[Member, ...]


def shape(contract: Contract, name: str) -> Shape:
    """The schema of this name."""
    schema = contract.schemas[name]
    described = prose(schema.get("description", ""))
    return Shape(name, described, kind(contract, schema), tuple(members(contract, schema)))


def members(contract: Contract, schema: Node) -> Iterator[Member]:
    """The members of an object, those that it is put together from included."""
    schema = contract.found(schema)
    for part in schema.get("allOf", ()):
        yield from members(contract, part)
    required = schema.get("required", ())
    for name, value in schema.get("properties", {}).items():
        yield member(contract, name, value, is_required=name in required)


def member(contract: Contract, name: str, value: Node, *, is_required: bool, description: str = "") -> Member:
    """A member by its name and schema; where it has no description of its own, its schema's is told."""
    text = description or contract.found(value).get("description", "")
    return Member(name, is_required, kind(contract, value), phrase(text))


def kind(contract: Contract, value: Node) -> Kind:
    """What a value may be, in words.

    >>> contract = Contract({"info": {}, "tags": [], "components": {"schemas": {}}})
    >>> kind(contract, {"type": "integer", "minimum": 1, "maximum": 8, "nullable": True})
    Kind(words='integer or null', schema='', limits=('1 to 8',), choices=())
    """
    schema = contract.found(value)
    is_object = schema.get("type") == "object" or "allOf" in schema
    words, inner = _words(schema), name_of(value) if is_object else ""
    if schema.get("type") == "array":
        within = kind(contract, schema["items"])
        words, inner = f"list of {within.words}", within.schema or name_of(schema["items"])
    choices = tuple(str(choice) for choice in schema.get("enum", ()) if choice is not None)
    return Kind(words + (" or null" if schema.get("nullable") else ""), inner, tuple(_limits(schema)), choices)


def _words(schema: Node) -> str:
    if "allOf" in schema or schema.get("type") == "object":
        return "object"
    return _FORMATS.get(schema.get("format", ""), str(schema["type"]))


def _limits(schema: Node) -> Iterator[str]:
    if schema.get("format") != "uuid":
        yield from _span(schema.get("minLength"), schema.get("maxLength"), " characters")
    yield from _span(schema.get("minimum"), schema.get("maximum"), "")
    yield from _span(schema.get("minItems"), schema.get("maxItems"), " entries")
    if schema.get("minProperties"):
        yield f"at least {schema['minProperties']} member"
    if "default" in schema:
        yield f"{_shown(schema['default'])} when left out"


def _span(least: int | None, most: int | None, what: str) -> Iterator[str]:
    if least is not None and most is not None:
        yield f"{least:,}{what}" if least == most else f"{least:,} to {most:,}{what}"
    elif most is not None:
        yield f"at most {most:,}{what}"
    elif least is not None:
        yield f"at least {least:,}{what}"


def _shown(value: Any) -> str:  # noqa: ANN401  # whatever JSON has
    return str(value).lower() if isinstance(value, bool) else str(value)
