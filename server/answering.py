"""Answers, written: media type, headers for scripts and limits, methods that a path has not, and HEAD."""

import asyncio
import re
from collections.abc import Mapping

import structlog
from starlette.types import Scope, Send

from rules.errors import Refused
from server import whole_answers
from server.budgets import Visit
from server.deadline import LATE
from server.errors import STATUS, Headers, Reply, block, headers_in, refusal_of, reply_to
from server.operations import Operation
from server.requests import Request
from services.idempotency import KeptAnswer

VARY: Mapping[bool, Headers] = {False: [], True: [(b"vary", b"Accept")]}
"""By whether an operation offers more than one media type."""
_NOT_WANTED = re.compile(r";\s*q=0(\.0*)?\s*($|;)", re.IGNORECASE)
_log = structlog.get_logger()


def reply_with(operation: Operation, kept: KeptAnswer, request: Request) -> Reply:
    """A handler's answer in the media type that the contract and the request's `Accept` lead to."""
    headers: Headers = []
    if kept.location is not None:
        headers.append((b"location", kept.location.encode("ascii")))
    if kept.replayed:
        headers.append((b"idempotent-replayed", b"true"))
    headers += VARY[len(operation.media_types) > 1]
    if not operation.media_types:
        return Reply(kept.status, b"", b"", headers)
    media_type = chosen_type(operation.media_types, ",".join(request.header_lines(b"accept")))
    return Reply(kept.status, kept.body, media_type.encode(), headers)


def chosen_type(offered: tuple[str, ...], accept: str) -> str:
    """The first type that the contract names, unless only another one of its types is asked for (RFC 9110, 12.5.1).

    >>> offered = ("application/ld+json", "application/json")
    >>> chosen_type(offered, "application/json"), chosen_type(offered, "application/json, */*;q=0.1")
    ('application/json', 'application/ld+json')
    """
    asked = {part.partition(";")[0].strip().lower() for part in accept.split(",") if not _NOT_WANTED.search(part)}
    if asked & {"", "*/*", "application/*", offered[0]}:
        return offered[0]
    return next((other for other in offered[1:] if other in asked), offered[0])


class Sender:
    """Sends the first answer that a request is given, and no other, with what stands on every answer of its operation."""

    __slots__ = ("_late", "_operation", "_scope", "_send", "_sent", "_visit")

    def __init__(self, scope: Scope, send: Send, operation: Operation, visit: Visit) -> None:
        self._scope = scope
        self._send = send
        self._operation = operation
        self._visit = visit
        self._sent = False
        self._late: asyncio.Task[None] | None = None

    @property
    def has_answered(self) -> bool:
        """Whether an answer was sent."""
        return self._sent

    async def send(self, reply: Reply) -> None:
        """Answer with it, unless an answer was sent already."""
        if self._sent:
            return
        self._sent = True
        if not self._written(reply):
            own = reply.headers if reply.block is None else headers_in(reply.block)
            headers = [*own, *self._visit.headers(), *self._operation.lasting.headers]
            whole = Reply(reply.status, reply.body, reply.media_type, headers)
            await send_reply(self._send, whole, self._scope["method"])

    def _written(self, reply: Reply) -> bool:
        """Whether it could be written as a whole."""
        write = self._scope.get("extensions", {}).get(whole_answers.NAME)
        if write is None:
            return False
        own = block(_headers(reply)) if reply.block is None else reply.block
        body = b"" if self._scope["method"] == "HEAD" else reply.body
        written: bool = write(reply.status, b"".join((own, self._visit.block(), self._operation.lasting.block)), body)
        return written

    def late(self) -> None:
        """The database has taken too long: say so now. What is under way goes on, and its answer is nobody's."""
        refused = refusal_of(fault := TimeoutError(LATE))
        self._late = asyncio.create_task(self.send(reply_to(refused)))
        log_fault(fault, STATUS[refused.code])


def other_method(request: Request, methods: Mapping[str, Operation]) -> Reply:
    """A method that a path does not have: 405 with those it has, or the answer to a script's preflight."""
    allowed = sorted({*methods, *(("HEAD",) if "GET" in methods else ())})
    open_to_scripts = any(operation.open_to_scripts for operation in methods.values())
    if request.method == "OPTIONS" and open_to_scripts:
        headers = [
            (b"access-control-allow-origin", b"*"),
            (b"access-control-allow-methods", ", ".join(allowed).encode()),
            (b"access-control-allow-headers", b"*"),
            (b"access-control-max-age", b"86400"),
        ]
        return Reply(204, b"", b"", headers)
    refused = reply_to(Refused("method_not_allowed", f"This address answers {', '.join(allowed)} only."))
    headers = [*refused.headers, (b"allow", ", ".join(allowed).encode())]
    if open_to_scripts:
        headers.append((b"access-control-allow-origin", b"*"))
    return Reply(refused.status, refused.body, refused.media_type, headers)


def log_fault(fault: Exception, status: int) -> None:
    """Refusals are answers; faults are logged with where they happened."""
    if status == STATUS["internal_error"]:
        _log.error("fault", exc_info=fault)
    elif not isinstance(fault, Refused):
        _log.warning("database away", reason=f"{type(fault).__name__}: {fault}"[:500])


async def send_reply(send: Send, reply: Reply, method: str) -> None:
    """Put a reply on the wire; to HEAD without its body."""
    await send({"type": "http.response.start", "status": reply.status, "headers": _headers(reply)})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else reply.body})


def _headers(reply: Reply) -> Headers:
    if not reply.media_type:
        return [*reply.headers]
    return [*reply.headers, (b"content-type", reply.media_type), (b"content-length", b"%d" % len(reply.body))]
