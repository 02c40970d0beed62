"""What is no such server at all is told so in a sentence, with exit status 2 and before long."""

import gzip
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from conformance import cli
from conformance.bounded import LARGEST_BYTES
from conformance.trial import Trial
from tests.conformance.fake_server import Asked, Told, faking
from tests.conformance.made_up import clause
from tests.installation import free_port

ANSWER_SECONDS = 1
LONGEST_SECONDS = 20
ENDLESS_SECONDS, ENDLESS_BYTES = 60, 2 * LARGEST_BYTES
"""What has no end ends here all the same, so that a suite without bounds fails instead of filling the machine."""
PAGE = b"<!doctype html><title>Welcome</title><p>It works!"

Server = Callable[[], AbstractContextManager[str]]


class Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, without a word."""

    def log_message(self, *_: object) -> None:
        """Not a word."""


@contextmanager
def closed_port() -> Iterator[str]:
    yield f"http://127.0.0.1:{free_port()}"


@contextmanager
def files() -> Iterator[str]:
    """What `python -m http.server` serves."""
    handler = partial(Quiet, directory=str(Path(__file__).parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        yield from _serving(server)


def _serving(server: ThreadingHTTPServer) -> Iterator[str]:
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def telling(told: Told) -> Iterator[str]:
    """One answer to everything."""
    with faking(lambda _asked: told) as server:
        yield server.url


@contextmanager
def to_itself() -> Iterator[str]:
    """Always a little further on."""

    def further(asked: Asked) -> Told:
        return Told(302, b"", "text/html", {"Location": f"{asked.path}/on"})

    with faking(further) as server:
        yield server.url


@contextmanager
def speaking(first: bytes, then: bytes = b"", pause: float = 0, *, goes_on: bool = False) -> Iterator[str]:
    """Whoever comes is told something; then the line is kept open, or the rest is said again and again."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=_visits, args=(listening, first, then, pause, goes_on), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


def _visits(listening: socket.socket, first: bytes, then: bytes, pause: float, goes_on: bool) -> None:  # noqa: FBT001
    while True:
        try:
            visit, _ = listening.accept()
        except OSError:
            return
        Thread(target=_visit, args=(visit, first, then, pause, goes_on), daemon=True).start()


def _visit(visit: socket.socket, first: bytes, then: bytes, pause: float, goes_on: bool) -> None:  # noqa: FBT001
    with visit:
        try:
            visit.recv(65_536)
            visit.sendall(first)
            sent, until = 0, time.monotonic() + ENDLESS_SECONDS
            while goes_on and sent < ENDLESS_BYTES and time.monotonic() < until:
                visit.sendall(then)
                sent += len(then)
                time.sleep(pause)
            if not goes_on:
                visit.recv(1)  # until the visitor leaves
        except OSError:
            return


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
CHUNKED = HEAD[:-2] + b"Transfer-Encoding: chunked\r\n\r\n2;"
BOMB = gzip.compress(bytes(2 * LARGEST_BYTES), 1)
STRANGERS: dict[str, tuple[Server, str]] = {
    "a closed port": (closed_port, "gave no answer"),
    "files": (files, "not as a TrueCerta API does"),
    "pages everywhere": (partial(telling, Told(200, PAGE, "text/html")), "not as a TrueCerta API does"),
    "an empty object everywhere": (partial(telling, Told(200, b"{}")), "not as a TrueCerta API does"),
    "no object at all": (partial(telling, Told(200, b"null")), "not as a TrueCerta API does"),
    "another API": (partial(telling, Told(404, b'{"error": "not found"}')), "not as a TrueCerta API does"),
    "nothing": (partial(telling, Told(204, b"", "")), "not as a TrueCerta API does"),
    "redirects to itself": (to_itself, "not as a TrueCerta API does"),
    "redirects elsewhere": (
        partial(telling, Told(301, b"", "text/html", {"Location": "https://example.com/"})),
        "not as a TrueCerta API does",
    ),
    "not a word": (partial(speaking, b""), "took too long"),
    "half a head": (partial(speaking, b"HTTP/1.1 200 OK\r\nContent-"), "took too long"),
    "half a body": (partial(speaking, HEAD + b'{"error": '), "took too long"),
    "another protocol": (partial(speaking, b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "gave no answer"),
    "a body without end": (partial(speaking, HEAD, b" " * 65_536, goes_on=True), "the server"),
    "a head without end": (partial(speaking, HEAD[:-2], b"X-More: of it\r\n" * 1000, goes_on=True), "gave no answer"),
    "a drip of headers": (partial(speaking, HEAD[:-2], b"X-More: a\r\n", 0.1, goes_on=True), "took too long"),
    "a drip of a header": (partial(speaking, HEAD[:-2] + b"X-More: ", b"a", 0.1, goes_on=True), "took too long"),
    "a drip of the status": (partial(speaking, b"HTTP/1.1 200 ", b"O", 0.1, goes_on=True), "took too long"),
    "a drip of early hints": (partial(speaking, b"", b"HTTP/1.1 103 \r\n\r\n", 0.1, goes_on=True), "took too long"),
    "a drip between chunks": (partial(speaking, CHUNKED, b"a", 0.1, goes_on=True), "took too long"),
    "a bomb": (partial(telling, Told(200, BOMB, headers={"Content-Encoding": "gzip"})), "unpacked, does not end"),
    "packed twice": (partial(telling, Told(200, PAGE, headers={"Content-Encoding": "gzip, gzip"})), "nobody has asked"),
    "packed badly": (partial(telling, Told(200, PAGE, headers={"Content-Encoding": "gzip"})), "cannot be unpacked"),
    "packed": (partial(telling, Told(200, gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"})), "not as a"),
    "deep nesting": (partial(telling, Told(200, b"[" * 100_000 + b"]" * 100_000)), "not as a TrueCerta API does"),
    "no number": (partial(telling, Told(200, b'{"error": {"message": NaN, "code": Infinity}}')), "not as a TrueCerta"),
    "a drip without end": (partial(speaking, HEAD, b" ", 0.1, goes_on=True), "took too long"),
}


def never(_trial: Trial) -> None:
    raise AssertionError("There is nothing to be judged.")


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_is_told_so(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cli, "all_clauses", lambda: (clause("states/expired", never),))
    server, why = STRANGERS[name]
    options = [
        "--key=trc_live_x",
        "--other-key=trc_live_y",
        "--write",
        f"--timeout={ANSWER_SECONDS}",
        f"--out={tmp_path}",
    ]
    with server() as url:
        begun = time.monotonic()
        ended = CliRunner().invoke(cli.app, ["--url", url, *options], catch_exceptions=False)
        seconds = time.monotonic() - begun
    assert ended.exit_code == 2, ended.output
    assert ended.output.startswith(f"\nCould not tell: {url} ")
    assert why in ended.output
    assert ended.output.endswith((".\n", "?\n"))
    assert "Traceback" not in ended.output
    assert seconds < LONGEST_SECONDS
    assert sorted(file.name for file in tmp_path.iterdir()) == ["junit.xml", "report.html", "results.json"]


def test_a_stranger_is_written_nothing_and_told_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "all_clauses", lambda: (clause("states/expired", never),))
    with faking(lambda _asked: Told(200, PAGE, "text/html")) as server:
        CliRunner().invoke(cli.app, ["--url", server.url, "--key=trc_live_x", "--write"])
    assert {(asked.method, asked.headers.get("authorization")) for asked in server.asked} == {("GET", None)}
