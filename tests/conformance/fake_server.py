"""Servers that are none of ours, for tests of the suite: each is one function from a request to an answer."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

ERROR = b'{"error": {"message": "There is nothing here.", "code": "not_found"}}'


@dataclass(frozen=True)
class Asked:
    """A request as the server sees it; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Told:
    """What it answers."""

    status: int = 404
    body: bytes = ERROR
    type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Asked], Told]


class FakeServer(ThreadingHTTPServer):
    """Answers by its function, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.answer, self.asked = answer, list[Asked]()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class _Request(BaseHTTPRequestHandler):
    server: FakeServer

    def answer(self) -> None:
        """The one method for all of them."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body)
        self.server.asked.append(asked)
        told = self.server.answer(asked)
        self.send_response(told.status)
        length = str(len(told.body))
        for name, value in {"Content-Type": told.type, "Content-Length": length, **told.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(told.body)

    do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815  # as http.server finds them

    def log_message(self, *_: object) -> None:
        """Not a word."""


@contextmanager
def faking(answer: Answer = lambda _asked: Told()) -> Iterator[FakeServer]:
    """The server, gone afterwards; without a function it looks like one of ours in which there is nothing."""
    with FakeServer(answer) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
