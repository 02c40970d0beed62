"""The contract that servers are judged by: the copy of openapi.yaml that the suite carries, never the server's own."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

COPY = Path(__file__).parent / "openapi.yaml"
METHODS = ("get", "post", "put", "patch", "delete")
QUICK_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The contract is long: read in pure Python it takes a second. Not every machine has the other."""
ERROR_STATUSES = {
    "unauthorized": 401,
    "plan_limit_exceeded": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "gone": 410,
    "payload_too_large": 413,
    "unsupported_media_type": 415,
    "unprocessable_entity": 422,
    "rate_limited": 429,
    "internal_error": 500,
    "unavailable": 503,
}
"""The codes of errors and the statuses that they come with (reference, Error Handling; the rulings on HTTP's own)."""


@dataclass(frozen=True)
class Operation:
    """One operation of the contract."""

    operation_id: str
    method: str
    path: str
    described: Mapping[str, Any]
    """The operation as the contract has it, its references not resolved."""
    parameters: tuple[Mapping[str, Any], ...]
    """All of its parameters, those of its path included, resolved."""

    @property
    def is_public(self) -> bool:
        """Whether it asks for no key."""
        return self.described.get("security") == []


class Contract:
    """openapi.yaml, read once: operations by name and by request, and whether an answer is as described."""

    def __init__(self, text: str) -> None:
        self.document: dict[str, Any] = yaml.load(text, Loader=QUICK_LOADER)  # noqa: S506  # either is the safe one

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """Every operation by its operationId, in the contract's order."""
        return {operation.operation_id: operation for operation in self._operations()}

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if described := item.get(method):
                    listed = [*item.get("parameters", ()), *described.get("parameters", ())]
                    resolved = tuple(self.resolved(each) for each in listed)
                    yield Operation(described["operationId"], method.upper(), path, described, resolved)

    def operation_of(self, method: str, path: str) -> Operation | None:
        """The operation that a request goes to. A path without parameters goes before one that has some."""
        method = "GET" if method == "HEAD" else method
        meant = [each for each in self.operations.values() if each.method == method and _leads_to(each.path, path)]
        return min(meant, key=lambda each: each.path.count("{"), default=None)

    def methods_of(self, path: str) -> set[str]:
        """The methods that a path of the contract (with its `{…}`) has."""
        return {method.upper() for method in METHODS if method in self.document["paths"][path]}

    def resolved(self, described: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a reference leads to; anything else is itself."""
        while "$ref" in described:
            described = self.at(described["$ref"])
        return described

    def at(self, pointer: str) -> Any:  # noqa: ANN401  # any part of the document
        """What stands at a pointer such as `#/components/schemas/Course`; KeyError where there is nothing."""
        found: Any = self.document
        for step in pointer.removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        return found

    def schema(self, name: str) -> Mapping[str, Any]:
        """A named schema as the contract has it."""
        found: Mapping[str, Any] = self.at(f"#/components/schemas/{name}")
        return found

    def complaint(self, name: str, value: Any) -> str | None:  # noqa: ANN401  # any JSON value
        """What is wrong with a value, judged by a named schema; None if nothing is."""
        return self._complaint(f"#/components/schemas/{name}", value)

    def complaint_about_answer(self, operation: Operation, status: int, media_type: str, value: Any) -> str | None:  # noqa: ANN401
        """What is wrong with an answer's body, judged by what its operation declares for its status and media type."""
        declared = operation.described["responses"].get(str(status))
        if declared is None:
            return f"the contract declares no {status} for {operation.operation_id}"
        content = self.resolved(declared).get("content", {})
        if media_type not in content:
            return f"the contract declares no {media_type or 'body'} with {status} for {operation.operation_id}"
        return self._complaint(content[media_type]["schema"]["$ref"], value)

    def _complaint(self, pointer: str, value: Any) -> str | None:  # noqa: ANN401
        try:
            self._validator(pointer).validate(value)
        except jsonschema_rs.ValidationError as wrong:
            place = "/".join(str(step) for step in wrong.instance_path)
            return f"{place or 'the body'}: {wrong.message}"[:500]
        return None

    @cache  # noqa: B019  # a contract lives as long as the program
    def _validator(self, pointer: str) -> jsonschema_rs.Draft7Validator:
        schemas = _in_json_schema(self.document["components"]["schemas"])
        schema = {"$ref": pointer, "components": {"schemas": schemas}}
        return jsonschema_rs.Draft7Validator(schema, validate_formats=True)


@cache
def the_contract() -> Contract:
    """The copy that the suite carries."""
    return Contract(COPY.read_text(encoding="utf-8"))


def _leads_to(template: str, path: str) -> bool:
    pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template))
    return re.fullmatch(pattern, path) is not None


def _in_json_schema(described: Any) -> Any:  # noqa: ANN401  # any part of a document
    """OpenAPI 3.0's own words in those of JSON Schema: `nullable` is a second type, or a second choice."""
    if isinstance(described, list):
        return [_in_json_schema(each) for each in described]
    if not isinstance(described, dict):
        return described
    told = {name: _in_json_schema(value) for name, value in described.items() if name not in ("nullable", "example")}
    if described.get("nullable") is not True:
        return told
    return {"anyOf": [told, {"type": "null"}]}
