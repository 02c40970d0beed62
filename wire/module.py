"""One Python module from a contract: a TypedDict for every object, an alias for every other schema."""

import re
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from wire.kinds import Schema, UnwritableSchemaError, expression, is_python_name, members, named_by

LONGEST_LINE = 120
LONGEST_SENTENCE = 108
HEAD = '''"""GENERATED from openapi.yaml by `python -m wire`: change the contract, not this file."""

from typing import {typing}

__all__ = [
{exported}]


'''


def module(contract: Mapping[str, Any]) -> str:
    """The same contract gives the same bytes, whatever order its schemas stand in."""
    schemas: Mapping[str, Schema] = contract.get("components", {}).get("schemas", {})
    body = "\n\n".join(declaration(name, schemas) for name in in_order_of_need(schemas))
    used = [name for name in ("Literal", "NotRequired", "TypeAlias", "TypedDict") if re.search(rf"\b{name}\b", body)]
    exported = "".join(f'    "{name}",\n' for name in sorted(schemas))
    return HEAD.format(typing=", ".join(used), exported=exported) + body


def in_order_of_need(schemas: Mapping[str, Schema]) -> list[str]:
    """A schema stands after those that it is made of; otherwise the order is that of names."""
    needs = {name: sorted(named_by(schemas[name])) for name in sorted(schemas)}
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as why:
        raise UnwritableSchemaError(f"these schemas are made of each other: {', '.join(why.args[1])}.") from why


def declaration(name: str, schemas: Mapping[str, Schema]) -> str:
    """An object is a TypedDict, as a class where Python can write its members as attributes; the rest are aliases."""
    if not is_python_name(name):
        raise UnwritableSchemaError(f"{name}: no Python name; call the schema something else.")
    about = first_sentence(schemas[name].get("description", ""))
    typed = members(name, schemas)
    if typed is None:
        return comment(about) + as_alias(name, expression(name, schemas[name]))
    if all(is_python_name(member) for member in typed):
        return as_class(name, about, typed)
    lines = "".join(f'        "{member}": {kind},\n' for member, kind in typed.items())
    return f'{comment(about)}{name} = TypedDict(\n    "{name}",\n    {{\n{lines}    }},\n)\n'


def as_class(name: str, about: str, typed: Mapping[str, str]) -> str:
    """The usual form: members in the contract's order under a sentence that says what they are."""
    docstring = f'    """{about}"""\n' if about else ""
    gap = "\n" if docstring and typed else ""
    lines = "".join(f"    {member}: {kind}\n" for member, kind in typed.items())
    return f"class {name}(TypedDict):\n{docstring}{gap}{lines}" + ("" if docstring or lines else "    pass\n")


def as_alias(name: str, kind: str) -> str:
    """A long choice has a line for each of its values."""
    line = f"{name}: TypeAlias = {kind}\n"
    if len(line) <= LONGEST_LINE or not kind.startswith("Literal["):
        return line
    values = kind.removeprefix("Literal[").removesuffix("]").split(", ")
    return f"{name}: TypeAlias = Literal[\n" + "".join(f"    {value},\n" for value in values) + "]\n"


def comment(about: str) -> str:
    """What an alias is for stands above it: an alias has no docstring."""
    return f"# {about}\n" if about else ""


def first_sentence(description: str) -> str:
    """As much of a description as names the thing; the contract holds the rest."""
    text = " ".join(description.split()).replace("\\", "/").replace('"', "'")
    sentence = re.split(r"(?<=[.!?]) ", text, maxsplit=1)[0]
    return sentence if len(sentence) <= LONGEST_SENTENCE else sentence[:LONGEST_SENTENCE].rsplit(" ", 1)[0] + " …"
