"""The outermost layer: gives each request its id, writes it into the log, and holds the shape of every error under /api."""

import asyncio
import random
import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rules.errors import ErrorCode, Refused
from server import whole_answers
from server.answering import log_fault, send_reply
from server.errors import STATUS, Headers, refusal_of, reply_to
from server.logs import REQUEST_ID
from server.request_log import Line, requests

SHAPED = (b"application/json", b"application/ld+json")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_LINK = re.compile("(/(?:claim|dashboard/invitation|dashboard/reset)/).+", re.IGNORECASE | re.DOTALL)
_CODES: dict[int, ErrorCode] = {status: code for code, status in STATUS.items()}


class Outermost:
    """Whatever happens inside, what leaves has a request id, a line in the log, and under /api the error's shape."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and watch what comes back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})  # the server gives each request one of its own
        exchange = Exchange(scope, send)
        if whole_answers.NAME in scope.get("extensions", ()):
            scope["extensions"] = {whole_answers.NAME: exchange.whole}
        named = REQUEST_ID.set(exchange.request_id)
        try:
            await self.app(scope, receive, exchange.send)
        except asyncio.CancelledError:
            # Cut short when serving ends, after the time that accepted requests are given.
            await exchange.fail(TimeoutError("Serving ended."))
            raise
        except Exception as fault:  # noqa: BLE001  # the last layer: every fault becomes an answer
            await exchange.fail(fault)
        finally:
            exchange.log()
            REQUEST_ID.reset(named)
            # What it offers refers back to the request: a circle that would be left to the collector of garbage.
            scope.pop("extensions", None)


class Exchange:
    """One request and what is sent back for it."""

    __slots__ = ("_began", "_ended", "_extensions", "_replaced", "_scope", "_send", "_status", "request_id")

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._extensions = scope.get("extensions", {})
        self._began = time.perf_counter()
        self._ended = 0.0
        self._status = 0
        self._replaced = False
        self.request_id = _request_id(scope)

    async def send(self, message: Message) -> None:
        """Send on, with the request's id; an error under /api that has not the shape is replaced by one that has."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            if self._is_misshapen(message):
                await self._send_shaped(message["status"])
                self._replaced = True
                return
            message["headers"] = [*message.get("headers", ()), *self._own_headers()]
        elif self._replaced:
            return
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._ended = time.perf_counter()

    def whole(self, status: int, head: bytes, body: bytes) -> bool:
        """Write an answer of the right shape at once, with the request's id, and tell whether that could be done."""
        own = f"x-request-id: {self.request_id}\r\nx-content-type-options: nosniff\r\n"
        given: bool = self._extensions[whole_answers.NAME](status, head + own.encode("ascii"), body)
        if given:
            self._status, self._ended = status, time.perf_counter()
        return given

    def _own_headers(self) -> Headers:
        return [(b"x-request-id", self.request_id.encode("ascii")), (b"x-content-type-options", b"nosniff")]

    async def fail(self, fault: Exception) -> None:
        """Answer for a fault that nobody inside answered for, if nothing was sent yet."""
        refused = refusal_of(fault)
        try:
            log_fault(fault, STATUS[refused.code])
        finally:  # a log that cannot be written keeps nobody from an answer
            if not self._status:
                await send_reply(self.send, reply_to(refused), self._scope["method"])

    def log(self) -> None:
        """One line per request, with the time until it was answered: what is late goes on after its answer."""
        scope = self._scope
        ms = round(((self._ended or time.perf_counter()) - self._began) * 1000, 1)
        requests.write(
            Line(scope["method"], redacted(scope["path"]), self._status, ms, self.request_id, scope["state"])
        )

    def _is_misshapen(self, message: Message) -> bool:
        if message["status"] < STATUS["bad_request"] or not f"{self._scope['path']}/".startswith("/api/"):
            return False
        headers = dict(message.get("headers", ()))
        return headers.get(b"content-type", b"").partition(b";")[0] not in SHAPED

    async def _send_shaped(self, status: int) -> None:
        code = _CODES.get(status, "internal_error" if status >= STATUS["internal_error"] else "bad_request")
        reply = reply_to(Refused(code, "The request could not be carried out."))
        await send_reply(self.send, reply, self._scope["method"])


def redacted(path: str) -> str:
    """A path as it may be written down: without what claims a certificate, or opens an account.

    >>> redacted("/v/TRC-ACA-26-F5N8K3"), redacted("/claim/eyJhbGciOi.J9.x")
    ('/v/TRC-ACA-26-F5N8K3', '/claim/…')
    >>> redacted("/dashboard/reset/eyJhbGciOi.J9.x")
    '/dashboard/reset/…'
    """
    return path if path.startswith("/api/") else _LINK.sub(r"\1…", path)


def _request_id(scope: Scope) -> str:
    """The id that the caller gave, where it is a plain word, so that two systems' logs can be laid side by side."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value.decode("ascii"))
    return f"{random.getrandbits(128):032x}"  # a name, and no secret
