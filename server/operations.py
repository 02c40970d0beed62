"""Operations of the contract, each compiled once at start: what to read, what to check, whom to call, how to answer."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import orjson
from connexion.operations import OpenAPIOperation

from handlers.answers import Answer
from handlers.beforehand import step_before
from rules.errors import Refused
from rules.idempotency import fingerprint
from server.errors import NOT_MODIFIED, STATUS, Head
from server.parameters import compiled_parameters
from server.requests import NOTHING, Request
from server.schemas import Check, compiled, refuse
from services import idempotency
from services.callers import Caller
from services.idempotency import KeptAnswer, Repetition

IDEMPOTENCY = "idempotency_key"
ALLOW_ORIGIN = "Access-Control-Allow-Origin"
EXPOSED = b"ETag, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id"

Arguments = dict[str, object]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Call(Generic[Result]):
    """A function that is called by the names of its arguments, each one that there is."""

    function: Callable[..., Awaitable[Result]]
    asks_for: frozenset[str]

    @classmethod
    def of(cls, function: Callable[..., Awaitable[Result]], there: AbstractSet[str]) -> "Call[Result]":
        """A function that asks for what there is; for anything else the start is stopped."""
        asked = frozenset(inspect.signature(function).parameters)
        if unknown := asked - there:
            raise TypeError(f"{function.__qualname__} asks for {sorted(unknown)}, which nothing gives.")
        return cls(function, asked)

    async def __call__(self, given: Mapping[str, object]) -> Result:
        """What it comes to."""
        return await self.function(**{name: given[name] for name in self.asks_for})


@dataclass(frozen=True, slots=True)
class Written(KeptAnswer):
    """A handler's answer as bytes, and the moment from which time alone makes another one of it."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, ready to be carried out. A conditional one is not sent again to who has its answer already."""

    name: str
    secured: bool
    conditional: bool
    open_to_scripts: bool
    lasting: Head
    looks_up_codes: bool
    media_types: tuple[str, ...]
    takes_body: bool
    body_required: bool
    check_body: Check | None
    read: Callable[[Request, Mapping[str, str]], Arguments]
    first: Call[None] | None
    handler: Call[Answer]
    success: int

    async def arguments(self, request: Request, path: Mapping[str, str]) -> Arguments:
        """What the request says, checked against the contract."""
        arguments = self.read(request, path)
        if self.takes_body:
            arguments["body"] = self._checked(await request.json())
        return arguments

    async def carry_out(
        self, arguments: Arguments, path: Mapping[str, str], caller: Caller | None, at_hand: Mapping[str, Any]
    ) -> KeptAnswer:
        """Call the handler, or answer as it did when the request was first made."""
        key = arguments.pop(IDEMPOTENCY, None)
        now = datetime.now(UTC)
        given = {**at_hand, **arguments, "caller": caller, "now": now}
        if key is None or caller is None:
            await self._begin(given)
            return self._written(await self.handler(given))

        async def act() -> KeptAnswer:
            return self._written(await self.handler(given))

        # Codes and ids are the same in either case and with blanks around them.
        target = {name: value.strip().upper() for name, value in path.items()}
        asked = Repetition(caller.organization_id, str(key), fingerprint(self.name, target, arguments.get("body")))
        if self.first is not None:
            # What was answered once is answered so again, whatever the step would say by now.
            if (answer := await idempotency.kept(asked, at_hand["keyring"], now)) is not None:
                return answer
            await self._begin(given)
        return await idempotency.once(asked, act, at_hand["keyring"], now)

    async def _begin(self, given: Mapping[str, Any]) -> None:
        if self.first is not None:
            await self.first(given)

    def _checked(self, body: object) -> object:
        if body is NOTHING:
            if self.body_required:
                raise Refused("unprocessable_entity", "The body is required: send a JSON object.", field="")
            return None
        if self.check_body is not None:
            refuse(self.check_body(body))
        return body

    def _written(self, answer: Answer) -> Written:
        status = self.success if answer.code is None else STATUS[answer.code]
        return Written(status, answer.location, _bytes(answer.body), until=answer.until)


def _lasting(*, open_to_scripts: bool) -> Head:
    """What every answer of an operation carries: whether caches and scripts may have it."""
    if not open_to_scripts:
        return Head.of([(b"cache-control", b"no-store")])
    scripts = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", EXPOSED)]
    return Head.of([(b"cache-control", b"no-cache"), *scripts])


def _bytes(body: object) -> bytes:
    """What a handler answers with; instants that it leaves to us as `rules.instants.show` shows them."""
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else orjson.dumps(body, option=orjson.OPT_UTC_Z)


def compile_operation(described: OpenAPIOperation, at_hand: AbstractSet[str]) -> Operation:
    """An operation as Connexion read it from the contract and bound it to its handler.

    Everything is asked of the contract: without security it is public and counted per address, with
    Access-Control-Allow-Origin among its headers it is open to scripts, with a code in its path it can miss.
    `at_hand` names what the application gives to any handler that asks for it.
    """
    parameters: list[dict[str, Any]] = described.parameters
    status, success = next(each for each in described.responses.items() if each[0].startswith("2"))
    body = described.request_body
    secured, open_to_scripts = bool(described.security), ALLOW_ORIGIN in success.get("headers", {})
    there = {each["name"].lower().replace("-", "_") for each in parameters} | {"caller", "now"} | at_hand
    there |= {"body"} if body else set()
    first = step_before(described.function)
    return Operation(
        name=described.operation_id.rpartition(".")[2],
        secured=secured,
        conditional=str(NOT_MODIFIED) in described.responses,
        open_to_scripts=open_to_scripts,
        lasting=_lasting(open_to_scripts=open_to_scripts),
        looks_up_codes=not secured and any(each["in"] == "path" and each["name"] == "code" for each in parameters),
        media_types=tuple(success.get("content", {})),
        takes_body=bool(body),
        body_required=body.get("required", False),
        check_body=compiled(body["content"]["application/json"]["schema"]) if body else None,
        read=compiled_parameters(parameters),
        first=None if first is None else Call.of(first, there),
        handler=Call.of(described.function, there),
        success=int(status),
    )
