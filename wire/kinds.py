"""What a schema of OpenAPI 3.0 is as a Python type.

On the wire a date-time, a UUID and an address are strings: formats change nothing here.
"""

import keyword
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

PLACE = "#/components/schemas/"
SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


class UnwritableSchemaError(Exception):
    """A schema that has no Python type, with what its author can do about it."""


def members(name: str, schemas: Mapping[str, Schema]) -> dict[str, str] | None:
    """The members of an object, the parts of an `allOf` among them, in the contract's order; None for anything else."""
    parts = list(object_parts(schemas[name], schemas))
    if not parts or schemas[name].get("nullable"):
        return None
    needed = {member for part in parts for member in part.get("required", ())}
    kinds = {
        member: expression(f"{name}.{member}", inner)
        for part in parts
        for member, inner in part.get("properties", {}).items()
    }
    return {member: kind if member in needed else f"NotRequired[{kind}]" for member, kind in kinds.items()}


def object_parts(schema: Schema, schemas: Mapping[str, Schema]) -> list[Schema]:
    """The plain objects that a schema is put together from; none where it is not an object with named members."""
    if "allOf" in schema:
        resolved = [schemas[referred(part)] if "$ref" in part else part for part in schema["allOf"]]
        return [schema, *(inner for part in resolved for inner in object_parts(part, schemas))]
    return [schema] if "properties" in schema else []


def expression(place: str, schema: Schema) -> str:
    """The type of a value; `place` names the schema in what is said to its author."""
    kind = unwrapped(place, schema)
    return f"{kind} | None" if schema.get("nullable") and kind != "object" else kind


def unwrapped(place: str, schema: Schema) -> str:
    """The type of a value that is not null."""
    if "$ref" in schema:
        return referred(schema)
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return " | ".join(dict.fromkeys(expression(place, part) for part in schema[choice]))
    if "allOf" in schema:
        return only_part(place, schema)
    if "enum" in schema:
        return f"Literal[{', '.join(literal(value) for value in schema['enum'] if value is not None)}]"
    if schema.get("type") == "array":
        return f"list[{expression(place, schema['items'])}]"
    return mapping(place, schema) if schema.get("type") == "object" else SCALARS.get(schema.get("type", ""), "object")


def only_part(place: str, schema: Schema) -> str:
    """OpenAPI 3.0 hangs `nullable` or a description on a reference by an `allOf` of one part."""
    if len(schema["allOf"]) != 1:
        raise UnwritableSchemaError(f"{place}: make this allOf a schema with a name of its own.")
    return expression(place, schema["allOf"][0])


def mapping(place: str, schema: Schema) -> str:
    """An object whose members have no names: a dictionary."""
    if "properties" in schema:
        raise UnwritableSchemaError(f"{place}: give this object a name of its own under components.schemas.")
    values = schema.get("additionalProperties")
    return f"dict[str, {expression(place, values) if isinstance(values, Mapping) and values else 'object'}]"


def literal(value: object) -> str:
    """A value of an enumeration as Python writes it, strings in double quotation marks."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else repr(value)


def referred(schema: Schema) -> str:
    """The name that a reference points to; the contract has no other kind of reference to a schema."""
    pointer: str = schema["$ref"]
    if not pointer.startswith(PLACE):
        raise UnwritableSchemaError(f"{pointer}: a schema is referred to under {PLACE} only.")
    return pointer.removeprefix(PLACE)


def named_by(schema: object) -> set[str]:
    """Every schema that this one is made of, however deep the reference stands; examples name none."""
    if isinstance(schema, list):
        return {name for part in schema for name in named_by(part)}
    if not isinstance(schema, Mapping):
        return set()
    if isinstance(schema.get("$ref"), str):
        return {referred(schema)}
    return {name for key, part in schema.items() if key not in ("example", "default") for name in named_by(part)}


def is_python_name(text: str) -> bool:
    """Whether Python takes the text as a name of ours: `@context` and `from` are members that it does not."""
    return text.isidentifier() and not keyword.iskeyword(text)
