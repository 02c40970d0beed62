"""Operations of the contract, each compiled once at start: what to read, what to check, whom to call, how to answer."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from connexion.operations import OpenAPIOperation

from handlers.answers import Answer
from rules.errors import Refused
from rules.idempotency import fingerprint
from rules.links import Links
from server.errors import STATUS
from server.parameters import compiled_parameters
from server.requests import NOTHING, Request
from server.schemas import Check, compiled, refuse
from services.api_keys import Caller
from services.idempotency import KeptAnswer, Repetition, once

IDEMPOTENCY = "idempotency_key"
ALLOW_ORIGIN = "Access-Control-Allow-Origin"

Arguments = dict[str, object]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, ready to be carried out."""

    name: str
    secured: bool
    open_to_scripts: bool
    looks_up_codes: bool
    media_types: tuple[str, ...]
    takes_body: bool
    body_required: bool
    check_body: Check | None
    read: Callable[[Request, Mapping[str, str]], Arguments]
    handler: Callable[..., Awaitable[Answer]]
    asks_for: frozenset[str]
    success: int

    async def arguments(self, request: Request, path: Mapping[str, str]) -> Arguments:
        """What the request says, checked against the contract."""
        arguments = self.read(request, path)
        if self.takes_body:
            arguments["body"] = self._checked(await request.json())
        return arguments

    async def carry_out(
        self, arguments: Arguments, path: Mapping[str, str], caller: Caller | None, links: Links
    ) -> KeptAnswer:
        """Call the handler, or answer as it did when the request was first made."""
        key = arguments.pop(IDEMPOTENCY, None)
        now = datetime.now(UTC)
        at_hand = {**arguments, "caller": caller, "links": links, "now": now}
        chosen = {name: at_hand[name] for name in self.asks_for}

        async def act() -> KeptAnswer:
            return self._written(await self.handler(**chosen))

        if key is None or caller is None:
            return await act()
        # Codes and ids are the same in either case and with blanks around them.
        target = {name: value.strip().upper() for name, value in path.items()}
        asked = fingerprint(self.name, target, arguments.get("body"))
        return await once(Repetition(caller.organization_id, str(key), asked), act, now)

    def _checked(self, body: object) -> object:
        if body is NOTHING:
            if self.body_required:
                raise Refused("unprocessable_entity", "The body is required: send a JSON object.", field="")
            return None
        if self.check_body is not None:
            refuse(self.check_body(body))
        return body

    def _written(self, answer: Answer) -> KeptAnswer:
        body = answer.body.encode() if isinstance(answer.body, str) else orjson.dumps(answer.body)
        status = self.success if answer.code is None else STATUS[answer.code]
        return KeptAnswer(status, answer.location, body)


def compile_operation(described: OpenAPIOperation) -> Operation:
    """An operation as Connexion read it from the contract and bound it to its handler.

    Everything is asked of the contract: without security it is public and counted per address, with
    Access-Control-Allow-Origin among its headers it is open to scripts, with a code in its path it can miss.
    """
    parameters: list[dict[str, Any]] = described.parameters
    status, success = next(each for each in described.responses.items() if each[0].startswith("2"))
    body = described.request_body
    names = {each["name"] for each in parameters if each["in"] == "path"}
    secured = bool(described.security)
    return Operation(
        name=described.operation_id.rpartition(".")[2],
        secured=secured,
        open_to_scripts=ALLOW_ORIGIN in success.get("headers", {}),
        looks_up_codes=not secured and "code" in names,
        media_types=tuple(success["content"]),
        takes_body=bool(body),
        body_required=body.get("required", False),
        check_body=compiled(body["content"]["application/json"]["schema"]) if body else None,
        read=compiled_parameters(parameters),
        handler=described.function,
        asks_for=_asked_for(described, parameters, takes_body=bool(body)),
        success=int(status),
    )


def _asked_for(described: OpenAPIOperation, parameters: list[dict[str, Any]], *, takes_body: bool) -> frozenset[str]:
    asked = frozenset(inspect.signature(described.function).parameters)
    given = {each["name"].lower().replace("-", "_") for each in parameters} | {"caller", "links", "now"}
    if unknown := asked - given - ({"body"} if takes_body else set()):
        raise TypeError(f"{described.operation_id} asks for {sorted(unknown)}, which the contract does not give.")
    return asked
