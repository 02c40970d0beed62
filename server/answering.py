"""Answers, written: media type, headers for scripts and limits, methods that a path has not, and HEAD."""

import re
from collections.abc import Mapping

import structlog
from starlette.types import Send

from rules.errors import Refused
from server.errors import STATUS, Headers, Reply, reply_to
from server.operations import Operation
from server.requests import Request
from services.idempotency import KeptAnswer

EXPOSED = b"Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id"
_NOT_WANTED = re.compile(r";\s*q=0(\.0*)?\s*($|;)", re.IGNORECASE)
_log = structlog.get_logger()


def reply_with(operation: Operation, kept: KeptAnswer, request: Request) -> Reply:
    """A handler's answer in the media type that the contract and the request's `Accept` lead to."""
    headers: Headers = []
    if kept.location is not None:
        headers.append((b"location", kept.location.encode("ascii")))
    if kept.replayed:
        headers.append((b"idempotent-replayed", b"true"))
    if len(operation.media_types) > 1:
        headers.append((b"vary", b"Accept"))
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


def with_headers(reply: Reply, operation: Operation, standing: Headers) -> Reply:
    """What every answer of an operation carries: its standing, and whether scripts and caches may have it."""
    cache = b"no-cache" if operation.open_to_scripts else b"no-store"
    headers = [*reply.headers, *standing, (b"cache-control", cache)]
    if operation.open_to_scripts:
        headers += [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", EXPOSED)]
    return Reply(reply.status, reply.body, reply.media_type, headers)


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
    headers = [*reply.headers]
    if reply.media_type:
        headers += [(b"content-type", reply.media_type), (b"content-length", b"%d" % len(reply.body))]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else reply.body})
