"""The suite's own receiver of events: it keeps what comes, and answers as a clause wants.

Each clause has an address of its own there, known by a name.
"""

import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Any

import httpx

from .exchanges import shown
from .findings import NotMet, NotPossible

FOLDER = "/truecerta-conformance/"
"""What the path of each of its addresses begins with."""
MOST_BYTES = 1_000_000
"""No event is larger; what is, is refused, and its connection with it."""
MOST_KEPT, MOST_KEPT_BYTES = 20_000, 100_000_000
"""More than any run is sent. Whatever comes beyond that is answered and forgotten."""
LENGTH_DIGITS, LINE_BYTES = 10, 1_000
"""Longer lengths, and longer lines between chunks, are no honest sender's."""
TELLING_CHARACTERS = 600
WARNED_SECONDS = 5.0
"""Once a wait was in vain, others for something that happens now last no longer than this, so that no run takes for ever."""
DEAF_SECONDS = 2.0
"""Nor any longer than this, as long as nothing at all has come."""


@dataclass(frozen=True)
class Reply:
    """What a delivery is answered with."""

    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    name: str
    method: str
    headers: httpx.Headers
    """By name, in any case."""
    body: bytes
    at: float
    """When it came, by this machine's clock, in seconds since 1970."""

    @cached_property
    def json(self) -> Any:  # noqa: ANN401  # any JSON value
        """The body as JSON; None where it is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def event(self) -> str:
        """The kind of event; empty where the body names none."""
        return str(_at(self.json, "event") or "")

    @property
    def code(self) -> str:
        """The code of the certificate that it is about; empty where the body names none."""
        return str(_at(self.json, "data", "certificate", "code") or "")

    @property
    def message_id(self) -> str:
        """Its `webhook-id`; empty where there is none."""
        return str(self.headers.get("webhook-id", ""))

    def member(self, path: str) -> Any:  # noqa: ANN401
        """What stands at a path such as `data.certificate.code`; ends the clause where nothing does."""
        found = self.json
        for step in path.split("."):
            if not isinstance(found, dict) or step not in found:
                raise self.not_met(f"its body has no `{path}`")
            found = found[step]
        return found

    def not_met(self, why: str) -> NotMet:
        """The end of a clause, about this delivery."""
        told = shown(self.body)
        brief = told if len(told) <= TELLING_CHARACTERS else f"{told[:TELLING_CHARACTERS]} …"
        return NotMet(f"the delivery of {self.event or 'an event'}: {why}. Its body is {brief}")


Match = Callable[[Received], bool]


class Receiver:
    """Listens on this machine; `url` is where the server reaches it, where that is another address."""

    def __init__(self, url: str | None = None, port: int = 0) -> None:
        self.run = secrets.token_hex(8)
        self._received: list[Received] = []
        self._kept_bytes = 0
        self._replies: dict[tuple[str, str | None], list[Reply]] = {}
        self._news = threading.Condition()
        self._in_vain = False
        try:
            self._server = _Server(port, f"{FOLDER}{self.run}/", self._take)
        except OSError as fault:
            raise NotPossible(f"nothing can listen on port {port} of this machine ({fault})") from fault
        self.url = (url or f"http://127.0.0.1:{self._server.server_port}").rstrip("/")
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def address(self, name: str) -> str:
        """Where events are to be sent for whoever goes by this name."""
        return f"{self.url}{FOLDER}{self.run}/{name}"

    def answers(self, name: str, *replies: int | Reply, code: str | None = None) -> None:
        """The next deliveries there, or those about one certificate, are answered so in turn; those after them with 200."""
        with self._news:
            self._replies[name, code] = [each if isinstance(each, Reply) else Reply(each) for each in replies]

    def received(self, name: str, match: Match = lambda _each: True) -> list[Received]:
        """What has come there so far, the first of it first."""
        with self._news:
            return [each for each in self._received if each.name == name and match(each)]

    def wait(
        self, name: str, match: Match, seconds: float, *, what: str = "such an event", since: float | None = None
    ) -> Received:
        """The first that matches, as soon as it has come; NotMet when it does not come.

        The seconds count from now, or from an earlier instant (of `time.time()`) at which it was set off.
        """
        with self._news:
            left = self._patience(seconds, since)
            found = self._news.wait_for(lambda: self.received(name, match), left)
        if not found:
            self._in_vain = True
            raise NotMet(f"{what} did not arrive within {left if since is None else seconds:g} s; {self._told(name)}")
        return found[0]

    @property
    def is_in_vain(self) -> bool:
        """Whether something was waited for, and nothing at all has come."""
        return self._in_vain and not self._received

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def _patience(self, seconds: float, since: float | None) -> float:
        left = seconds if since is None else max(since + seconds - time.time(), 0.0)
        if self._in_vain and not self._received:
            return min(left, DEAF_SECONDS)
        return min(left, WARNED_SECONDS) if self._in_vain and since is None else left

    def _take(self, request: Received) -> Reply:
        with self._news:
            if len(self._received) < MOST_KEPT and self._kept_bytes + len(request.body) <= MOST_KEPT_BYTES:
                self._kept_bytes += len(request.body)
                self._received.append(request)
                self._news.notify_all()
            replies = self._replies.get((request.name, request.code)) or self._replies.get((request.name, None))
            return replies.pop(0) if replies else Reply()

    def _told(self, name: str) -> str:
        came = Counter(each.event or "what is no event" for each in self.received(name))
        listed = ", ".join(f"{kind} ({count})" for kind, count in sorted(came.items()))
        return f"that endpoint was sent {listed or 'nothing at all'}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, folder: str, take: Callable[[Received], Reply]) -> None:
        self.folder, self.take = folder, take
        super().__init__(("127.0.0.1", port), _Request)

    def handle_error(self, *_: Any) -> None:
        """Who breaks off has not delivered anything, and is seen by that."""


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20
    server: _Server

    def do_POST(self) -> None:
        """An event, or what is taken for one."""
        headers = httpx.Headers(self.headers.items(), encoding="iso-8859-1")
        _, folder, name = self.path.partition("?")[0].partition(self.server.folder)
        if not folder:
            self._refuse(HTTPStatus.NOT_FOUND)
        elif (body := _body(self.rfile, headers)) is None:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self._answer(self.server.take(Received(name, self.command, headers, body, time.time())))

    def _refuse(self, status: HTTPStatus) -> None:
        """What nobody waits for is not read either."""
        self.close_connection = True
        self._answer(Reply(status, {"Connection": "close"}))

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for header, value in {"Content-Length": "0", **reply.headers}.items():
            self.send_header(header, value)
        self.end_headers()

    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815  # named by the standard library

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


def _body(stream: BufferedIOBase, headers: httpx.Headers) -> bytes | None:
    """A message's body, by its length or in chunks (RFC 9112, 7.1); None where it is too large."""
    if headers.get("Transfer-Encoding", "").lower() != "chunked":
        length = headers.get("Content-Length", "0")
        if not length.isdecimal():
            return b""
        return stream.read(int(length)) if len(length) < LENGTH_DIGITS and int(length) <= MOST_BYTES else None
    body = b""
    while size := int(stream.readline(LINE_BYTES).partition(b";")[0], 16):
        if len(body) + size > MOST_BYTES:
            return None
        body += stream.read(size)
        stream.readline(LINE_BYTES)
    while stream.readline(LINE_BYTES).strip():
        pass
    return body


def _at(value: Any, *path: str) -> Any:  # noqa: ANN401  # any JSON value
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value
