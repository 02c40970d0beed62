"""Parameters of an operation, compiled once from the contract: read, turned into their types, checked."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.errors import Detail, Refused
from server.requests import Request
from server.schemas import Check, compiled, refuse

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
NOT_FOUND = "There is nothing at this address"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: where it stands, how handlers call it, and what it may be."""

    name: str
    argument: str
    place: str
    required: bool
    default: object
    whole: bool
    check: Check

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "Parameter":
        """A parameter as the contract describes it."""
        schema, name, place = described["schema"], described["name"], described["in"]
        return cls(
            name=name,
            argument=name.lower().replace("-", "_"),
            place=place,
            required=described.get("required", False),
            default=schema.get("default"),
            whole=schema["type"] == "integer",
            check=compiled(schema, f"query.{name}" if place == "query" else name),
        )

    def value_of(self, text: str | None) -> tuple[object, tuple[Detail, ...]]:
        """What a text stands for, and what is wrong with it."""
        if text is None:
            missing = (Detail(self.name, "is required"),) if self.required else ()
            return self.default, missing
        value: object = int(text) if self.whole and _WHOLE.fullmatch(text) else text
        return value, self.check(value)


def compiled_parameters(
    described: Sequence[Mapping[str, Any]],
) -> Callable[[Request, Mapping[str, str]], dict[str, object]]:
    """A function that reads an operation's arguments from a request and its path."""
    parameters = [Parameter.of(each) for each in described]
    in_path = [each for each in parameters if each.place == "path"]
    in_query = [each for each in parameters if each.place == "query"]
    in_headers = [each for each in parameters if each.place == "header"]
    names = {each.name for each in in_query}

    def read(request: Request, path: Mapping[str, str]) -> dict[str, object]:
        arguments: dict[str, object] = {}
        for each in in_path:
            arguments[each.argument], wrong = each.value_of(path[each.name])
            if wrong:  # what cannot be an id or a code does not exist
                raise Refused("not_found", NOT_FOUND)
        details = _repeated(request, names) if names and request.query else []
        query = dict(request.query) if names else {}
        for each in in_query:
            arguments[each.argument], wrong = each.value_of(query.get(each.name))
            details.extend(wrong)
        for each in in_headers:
            arguments[each.argument], wrong = each.value_of(request.header(each.name.lower().encode()))
            details.extend(wrong)
        refuse(details)
        return arguments

    return read


def _repeated(request: Request, known: set[str]) -> list[Detail]:
    counted = Counter(name for name, _ in request.query if name in known)
    return [Detail(f"query.{name}", "is given more than once") for name, times in counted.items() if times > 1]
