"""Schemas of a contract, read so that two of them can be compared: references followed, annotations dropped."""

from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]

# What the keywords of a schema say beside its values; whatever begins with `x-` too.
ANNOTATIONS = {"title", "description", "example", "examples", "externalDocs", "deprecated", "xml"}


def component(document: Schema, reference: str) -> Schema:
    """What a reference of the document stands for.

    >>> component({"components": {"schemas": {"Id": {"type": "string"}}}}, "#/components/schemas/Id")
    {'type': 'string'}
    """
    found = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def resolved(document: Schema, thing: Schema) -> Schema:
    """A schema, a parameter, a header, a response, … where it is only referred to."""
    while "$ref" in thing:
        thing = component(document, thing["$ref"])
    return thing


def bare(schema: Schema) -> Schema:
    """A schema's keywords without annotations.

    >>> bare({"type": "string", "description": "A name.", "x-owner": "Jane Doe"})
    {'type': 'string'}
    """
    return {word: value for word, value in schema.items() if word not in ANNOTATIONS and not word.startswith("x-")}


def merged(document: Schema, schema: Schema) -> Schema:
    """A schema in which the objects of an `allOf` have become one; as it is where they say more than their members.

    >>> merged({}, {"allOf": [{"required": ["a"]}, {"required": ["b"], "properties": {"b": {"type": "string"}}}]})
    {'required': ['a', 'b'], 'properties': {'b': {'type': 'string'}}}
    """
    schema = bare(resolved(document, schema))
    if "allOf" not in schema:
        return schema
    whole: Schema = {}
    for part in ({word: value for word, value in schema.items() if word != "allOf"}, *schema["allOf"]):
        for word, value in merged(document, part).items():
            if word == "required":
                whole[word] = sorted({*whole.get(word, []), *value})
            elif word == "properties" and not clashing(whole.get(word, {}), value):
                whole[word] = whole.get(word, {}) | value
            elif word != "type" or whole.setdefault(word, value) != value:
                return schema
    return whole


def clashing(some: Schema, others: Schema) -> bool:
    """Whether two sets of members describe one of them differently."""
    return any(some[name] != others[name] for name in some.keys() & others.keys())


def plain(document: Schema, schema: Schema, within: tuple[str, ...] = ()) -> Schema:
    """A schema with its references replaced, all the way down; a schema within itself is replaced by its name."""
    reference = schema.get("$ref")
    if reference is None:
        return inside(bare(schema), lambda part: plain(document, part, within))
    if reference in within:
        return {"enum": [reference]}
    return plain(document, component(document, reference), (*within, reference))


def json_schema(schema: Schema) -> Schema:
    """A schema of OpenAPI 3.0 as JSON Schema has it, where null is a type like the others.

    >>> json_schema({"type": "string", "nullable": True})
    {'type': ['string', 'null']}
    """
    translated = inside({word: value for word, value in schema.items() if word != "nullable"}, json_schema)
    if schema.get("nullable") and "type" in schema:
        translated["type"] = [schema["type"], "null"]
    return translated


def inside(schema: Schema, translate: Callable[[Schema], Schema]) -> Schema:
    """A schema with each schema right inside it translated."""
    translated = dict(schema)
    for word, value in schema.items():
        if word == "properties":
            translated[word] = {name: translate(member) for name, member in value.items()}
        elif word in {"allOf", "anyOf", "oneOf"}:
            translated[word] = [translate(part) for part in value]
        elif word in {"items", "not", "additionalProperties"} and isinstance(value, dict):
            translated[word] = translate(value)
    return translated
