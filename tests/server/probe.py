"""The real server in a process of its own, and a client that speaks to it in raw bytes."""

import contextlib
import json
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 15


@dataclass
class Answer:
    """One HTTP answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401  # whatever the application answers
        """The body's value."""
        return json.loads(self.body)


def assert_refused(answer: Answer, status: int, code: str) -> None:
    """The answer is the edge's own, in the error's shape, and the connection's last."""
    assert answer.status == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["connection"] == "close"
    assert len(answer.headers["x-request-id"]) == 32
    assert "date" in answer.headers
    error = answer.json["error"]
    assert error.keys() == {"message", "code"}
    assert error["code"] == code


class Wire:
    """A connection on which any bytes can be sent."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        self._received = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *parts: bytes) -> Self:
        """Send it all, unless the server has already stopped listening."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(b"".join(parts))
        return self

    def drip(self, piece: bytes, pause: float = 0.05) -> float:
        """Send a piece again and again until something comes back; tell after how many seconds."""
        began = time.monotonic()
        while not select.select([self.socket], [], [], pause)[0]:
            assert time.monotonic() - began < PATIENCE_SECONDS
            self.send(piece)
        return time.monotonic() - began

    def answer(self, *, of_head: bool = False) -> Answer:
        """Read one answer; the next one, if any, is kept for the next call."""
        head = self._read_until(b"\r\n\r\n")
        first, *lines = head.decode().splitlines()
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines if line)}
        length = 0 if of_head else int(headers.get("content-length", 0))
        while len(self._received) < length:
            self._read_more()
        body, self._received = self._received[:length], self._received[length:]
        return Answer(int(first.split()[1]), headers, body)

    def ended(self) -> bool:
        """Whether the server closes the connection and says nothing more."""
        with contextlib.suppress(ConnectionResetError):
            return self._received == b"" and self.socket.recv(1) == b""
        return True

    def _read_until(self, mark: bytes) -> bytes:
        while mark not in self._received:
            self._read_more()
        found, _, self._received = self._received.partition(mark)
        return found

    def _read_more(self) -> None:
        more = self.socket.recv(65536)
        assert more, f"closed after {self._received!r}"
        self._received += more


@dataclass
class Running:
    """A server in a process of its own, with what it logs."""

    process: subprocess.Popen[str]
    lines: list[dict[str, Any]] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    @property
    def port(self) -> int:
        """The free port that it found."""
        return int(self.logged("listening")[0]["port"])

    def connect(self) -> Wire:
        """Open a connection; closing it is the caller's."""
        return Wire(self.port)

    def follow(self) -> None:
        """Take in what it logs until it ends."""
        for line in self.process.stdout or ():
            with self.news:
                self.lines.append(json.loads(line))
                self.news.notify_all()

    def logged(self, event: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until an event has been logged so many times."""

        def found() -> list[dict[str, Any]]:
            return [line for line in self.lines if line.get("event") == event]

        with self.news:
            assert self.news.wait_for(lambda: len(found()) >= count, PATIENCE_SECONDS), (event, self.lines)
            return found()

    def exit_code(self) -> int:
        """Wait for its end."""
        return self.process.wait(PATIENCE_SECONDS)


@contextlib.contextmanager
def running(*, stderr: int | None = None, **given: Any) -> Generator[Running, None, None]:
    """Start the server on a free port; end it, and with it its workers, whatever happens."""
    with start(stdout=subprocess.PIPE, stderr=stderr, **given) as process:
        server = Running(process)
        follower = threading.Thread(target=server.follow)
        follower.start()
        try:
            yield server
        finally:
            process.kill()
            follower.join()


def start(*, stdout: int | None = None, stderr: int | None = None, **given: Any) -> subprocess.Popen[str]:
    """Start the server; ending it is the caller's."""
    told = {"port": 0, "workers": 1, "protocol": "Impatient", "app": "create", "grace_seconds": 5} | given
    return subprocess.Popen(
        [sys.executable, "-m", "tests.server.probe_app", json.dumps(told)],
        cwd=REPOSITORY,
        text=True,
        start_new_session=True,
        stdout=stdout,
        stderr=stderr,
    )


def until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> float:
    """Wait for a condition and tell how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.01)
    return time.monotonic() - began
