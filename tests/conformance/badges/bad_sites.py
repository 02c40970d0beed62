"""Sites as one meets them: one that never answers, one that trickles, circles, endless answers, pages instead of badges."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

PIECE = b" " * 65_536


class BadSite(ThreadingHTTPServer):
    """Each path misbehaves in a way of its own. `asked` are the paths that were asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.asked: list[str] = []
        self.accepts: list[str] = []
        self.is_over = threading.Event()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class _Request(BaseHTTPRequestHandler):
    server: BadSite

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.accepts.append(self.headers["Accept"])
        name, _, number = self.path.strip("/").partition("/")
        try:
            getattr(self, f"answer_{name}")(int(number or 0))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def answer_page(self, _number: int) -> None:
        self.answer(b"<!doctype html><title>Home</title>", "text/html; charset=utf-8")

    def answer_json(self, _number: int) -> None:
        self.answer(b'{"type": "Assertion"}', "Application/LD+JSON; profile=x")

    def answer_silence(self, _number: int) -> None:
        self.server.is_over.wait()

    def answer_headers(self, _number: int) -> None:
        """The headers never end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.server.is_over.wait(0.02):
            self.wfile.write(b"X-More: and more\r\n")

    def answer_trickle(self, _number: int) -> None:
        """The body never ends, a byte at a time."""
        self.start(200)
        while not self.server.is_over.wait(0.02):
            self.wfile.write(b" ")

    def answer_flood(self, _number: int) -> None:
        """The body never ends, as fast as it can be read."""
        self.start(200)
        while not self.server.is_over.is_set():
            self.wfile.write(PIECE)

    def answer_circle(self, number: int) -> None:
        self.start(302, ("Location", f"/circle/{number + 1}"))

    def answer_steps(self, number: int) -> None:
        """So many redirects, then JSON."""
        self.start(307, ("Location", f"/steps/{number - 1}")) if number else self.answer_json(0)

    def answer_out(self, _number: int) -> None:
        self.start(301, ("Location", "file:///etc/hostname"))

    def answer_nonsense(self, _number: int) -> None:
        self.wfile.write(b"ICY 200 OK\r\n\r\n")

    def answer_halves(self, _number: int) -> None:
        self.start(200, ("Content-Length", "100"))
        self.wfile.write(b"{")
        self.close_connection = True

    def answer_encoded(self, _number: int) -> None:
        """Says that it is compressed, and is not."""
        self.start(200, ("Content-Encoding", "gzip"))
        self.wfile.write(b"plain")
        self.close_connection = True

    def answer(self, body: bytes, media_type: str) -> None:
        self.start(200, ("Content-Type", media_type), ("Content-Length", str(len(body))))
        self.wfile.write(body)

    def start(self, status: int, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Nobody reads it."""


@contextmanager
def misbehaving() -> Iterator[BadSite]:
    """Such a site, while it is needed."""
    site = BadSite()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield site
    finally:
        site.is_over.set()
        site.shutdown()
        thread.join()
        site.server_close()


class Mute:
    """A port that accepts connections and says nothing at all; none are even taken up."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_ended: object) -> None:
        self.socket.close()
