"""Operations of the contract: parameters, body, answers and samples of each, in the order of the document."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from pages.reference import samples, schemas
from pages.reference.contract import Contract, Node, name_of
from pages.reference.samples import Call, Sample
from pages.reference.schemas import Member
from pages.reference.wording import coloured, phrase, prose

_SHOWN = frozenset({"limit"})
"""Optional parameters that a sample passes on, to show how: without the others it answers in any academy."""
_ERRORS = ("4", "5")


@dataclass(frozen=True, slots=True)
class Example:
    """A body, as it is sent."""

    summary: str
    text: str

    @property
    def markup(self) -> Markup:
        """With its parts told apart."""
        return coloured(self.text, "json" if self.text.startswith(("{", "[")) else "")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: where it stands (path, query or header), what it is, and an example."""

    place: str
    member: Member
    example: str


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent along, or comes back: the name of its schema, its media types and examples."""

    schema: str
    media_types: tuple[str, ...]
    examples: tuple[Example, ...]
    members: tuple[Member, ...]
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """A status with what it means. `name` is that of the contract's response, by which errors are told apart."""

    status: str
    name: str
    description: Markup
    headers: tuple[Member, ...]
    body: Body | None

    @property
    def is_error(self) -> bool:
        """Whether it says that nothing was done."""
        return self.status.startswith(_ERRORS)


@dataclass(frozen=True, slots=True)
class Event:
    """A request that a receiver of events gets."""

    id: str
    name: str
    summary: str
    description: Markup
    parameters: tuple[Parameter, ...]
    body: Body
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked of the service."""

    id: str
    tag: str
    method: str
    path: str
    summary: str
    description: Markup
    is_public: bool
    parameters: tuple[Parameter, ...]
    body: Body | None
    answers: tuple[Answer, ...]
    events: tuple[Event, ...]
    samples: tuple[Sample, Sample, Sample]


def all_of(contract: Contract, base: str) -> tuple[Operation, ...]:
    """Every operation, with samples that call the installation at `base`."""
    return tuple(_operation(contract, base, *found) for found in contract.operations())


def answer(contract: Contract, status: str, node: Node) -> Answer:
    """An answer of the contract."""
    found = contract.found(node)
    headers = tuple(_header(contract, name, header) for name, header in found.get("headers", {}).items())
    return Answer(status, name_of(node), phrase(found["description"]), headers, _body(contract, found))


def _operation(contract: Contract, base: str, method: str, path: str, node: Node, given: list[Node]) -> Operation:
    parameters = tuple(_parameter(contract, one) for one in given)
    body = _body(contract, contract.found(node["requestBody"])) if "requestBody" in node else None
    answers = tuple(answer(contract, str(status), one) for status, one in node["responses"].items())
    is_public = node.get("security") == []
    call = Call(
        method.upper(),
        samples.address(base, path, _examples(parameters, "path"), list(_examples(parameters, "query").items())),
        is_public,
        json.loads(body.examples[0].text) if body else None,
        body is not None,
        _answers_with(answers),
    )
    return Operation(
        node["operationId"],
        node["tags"][0],
        method.upper(),
        path,
        node["summary"],
        prose(node["description"]),
        is_public,
        parameters,
        body,
        answers,
        tuple(_events(contract, node)),
        samples.of(call),
    )


def _events(contract: Contract, node: Node) -> Iterator[Event]:
    for callback in node.get("callbacks", {}).values():
        for path in callback.values():
            received = path["post"]
            body = _body(contract, contract.found(received["requestBody"]))
            if body is None:
                raise ValueError(f"{received['operationId']} is sent without a body.")
            yield Event(
                received["operationId"],
                json.loads(body.examples[0].text)["event"],
                received["summary"],
                phrase(received["description"]),
                tuple(_parameter(contract, one) for one in received["parameters"]),
                body,
                tuple(answer(contract, str(status), one) for status, one in received["responses"].items()),
            )


def _parameter(contract: Contract, node: Node) -> Parameter:
    found = contract.found(node)
    member = schemas.member(
        contract, found["name"], found["schema"], is_required=found["required"], description=found["description"]
    )
    return Parameter(found["in"], member, str(found["example"]))


def _header(contract: Contract, name: str, node: Node) -> Member:
    found = contract.found(node)
    is_required = found.get("required", False)
    return schemas.member(contract, name, found["schema"], is_required=is_required, description=found["description"])


def _body(contract: Contract, node: Node) -> Body | None:
    content = node.get("content")
    if not content:
        return None
    told = next(iter(content.values()))
    examples = (contract.found(example) for example in told["examples"].values())
    return Body(
        name_of(told["schema"]),
        tuple(content),
        tuple(Example(example["summary"], _text(example["value"])) for example in examples),
        tuple(schemas.members(contract, told["schema"])),
        node.get("required", True),
    )


def _text(value: Any) -> str:  # noqa: ANN401  # whatever an example holds
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _examples(parameters: tuple[Parameter, ...], place: str) -> dict[str, str]:
    named = (one for one in parameters if one.place == place)
    return {one.member.name: one.example for one in named if one.member.is_required or one.member.name in _SHOWN}


def _answers_with(answers: tuple[Answer, ...]) -> str:
    body = answers[0].body
    if body is None:
        return ""
    return "json" if any("json" in media_type for media_type in body.media_types) else "text"
