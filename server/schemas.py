"""Schemas of the contract, compiled once, and what is wrong with a value said for a stranger."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jsonschema_rs

from rules.errors import Detail, Refused

MOST_DETAILS = 20
_SENTENCES: dict[str, Callable[[Any], str]] = {
    "maxLength": lambda limit: f"must be at most {limit} characters long",
    "minimum": lambda limit: f"must be at least {limit}",
    "maximum": lambda limit: f"must be at most {limit}",
    "enum": lambda values: "must be one of " + ", ".join(str(value) for value in values if value is not None),
}
_FIRST_SENTENCE = re.compile(r".*?(?=\.( |$)|$)")
_TYPES = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}

Check = Callable[[object], tuple[Detail, ...]]


def json_schema(schema: object) -> Any:  # noqa: ANN401  # any JSON value
    """A schema of OpenAPI 3.0 as JSON Schema knows it: `nullable` is one more type.

    >>> json_schema({"type": "string", "nullable": True, "example": "x"})
    {'type': ['string', 'null']}
    """
    if isinstance(schema, Sequence) and not isinstance(schema, str):
        return [json_schema(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    plain = {key: json_schema(value) for key, value in schema.items() if key not in {"nullable", "example"}}
    if schema.get("nullable") is True:
        plain["type"] = [plain["type"], "null"]
        if "enum" in plain:
            plain["enum"] = [*plain["enum"], None]
    return plain


def compiled(schema: Mapping[str, Any], place: str = "") -> Check:
    """A function that tells what is wrong with a value; nothing if it fits. `place` is how the value itself is called."""
    plain = json_schema(schema)
    validator = jsonschema_rs.validator_for(plain)

    def check(value: object) -> tuple[Detail, ...]:
        if validator.is_valid(value):
            return ()
        found = [_detail(fault, plain, place) for fault in validator.iter_errors(value)]
        # One sentence for a field: a value that is too short rarely fits the pattern either.
        return tuple({detail.field: detail for detail in reversed(found)}.values())[::-1][:MOST_DETAILS]

    return check


def refuse(details: Sequence[Detail]) -> None:
    """Refuse a request with all that is wrong with it; let it pass when nothing is."""
    if details:
        message = " ".join(f"{detail.field or 'The body'} {detail.message}." for detail in details)
        raise Refused("unprocessable_entity", message, details=tuple(details))


def _detail(fault: jsonschema_rs.ValidationError, schema: dict[str, Any], place: str) -> Detail:
    path = [*([place] if place else []), *(str(step) for step in fault.instance_path)]
    keyword = str(fault.schema_path[-1])
    kind: Any = fault.kind
    if keyword == "required":
        return Detail(".".join([*path, kind.property]), "is required")
    if keyword == "additionalProperties":
        return Detail(".".join([*path, str(kind.unexpected[0])[:64]]), "is not known here")
    holder = _at(schema, fault.schema_path[:-1])
    return Detail(".".join(path), _sentence(keyword, holder))


def _sentence(keyword: str, holder: Mapping[str, Any]) -> str:
    if keyword in _SENTENCES:
        return _SENTENCES[keyword](holder[keyword])
    if keyword == "type":
        types = holder["type"] if isinstance(holder["type"], list) else [holder["type"]]
        return "must be " + " or ".join(_TYPES[name] for name in types)
    meaning = " ".join(str(holder.get("description", "see the reference")).split())
    return "must be: " + _FIRST_SENTENCE.match(meaning)[0]  # type: ignore[index]  # any text begins with some


def _at(schema: Any, path: Sequence[str | int]) -> Mapping[str, Any]:  # noqa: ANN401  # walks through any JSON value
    for step in path:
        schema = schema[step]
    found: Mapping[str, Any] = schema
    return found
