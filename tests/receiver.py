"""A real HTTP receiver: each test has a place of its own there, says what it answers, and waits for what comes."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Reply:
    """What a request is answered with."""

    status: int = 200
    body: bytes = b"ok"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Received:
    """A request as it came; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Place:
    """One address at the receiver. `replies` are given in turn, then `usual` for ever."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.replies: list[Reply] = []
        self.usual = Reply()
        self._received: list[Received] = []
        self._news = threading.Condition()

    @property
    def received(self) -> list[Received]:
        """What has come so far."""
        with self._news:
            return list(self._received)

    def take(self, request: Received) -> Reply:
        """A request has come."""
        with self._news:
            self._received.append(request)
            self._news.notify_all()
            return self.replies.pop(0) if self.replies else self.usual

    def wait(self, count: int = 1) -> list[Received]:
        """What has come, as soon as it is so many."""
        with self._news:
            enough = self._news.wait_for(lambda: len(self._received) >= count, PATIENCE_SECONDS)
            assert enough, f"{len(self._received)} of {count}: {[each.body for each in self._received]}"
            return list(self._received)


class Receiver(ThreadingHTTPServer):
    """The server behind the places."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.places: dict[str, Place] = {}

    def place(self, path: str = "") -> Place:
        """A new address; one that nobody has heard of is answered 404."""
        path = path or f"/{uuid4().hex}"
        self.places[path] = Place(f"http://127.0.0.1:{self.server_port}{path}")
        return self.places[path]


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        assert len(headers) == len(self.headers), "a header came twice"
        place = self.server.places.get(self.path)
        reply = place.take(Received(self.command, self.path, headers, body)) if place else Reply(404)
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """The receiver, on a port of its own."""
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join()
