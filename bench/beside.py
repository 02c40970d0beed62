"""Processes of ours that stand beside an installation (receivers, a mail server) and write down all that comes to them."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from tests.installation import ROOT

READY = "ready"


class Beside:
    """A process on a port of its own, with a record of one JSON value a line that outlives it.

    The port stays taken while the process is down: who connects is refused, and nobody else gets it.
    """

    def __init__(self, module: str, folder: Path, *arguments: str) -> None:
        self._held = bound(0)
        self.port: int = self._held.getsockname()[1]
        self.record = folder / f"{module.rpartition('.')[2]}-{self.port}.jsonl"
        self._command = [sys.executable, "-m", module, "--port", str(self.port), "--record", str(self.record)]
        self._command += arguments
        self._process: subprocess.Popen[str] | None = None
        self._read, self._lines = 0, list[Any]()

    def start(self) -> str:
        """Start it, wait until it listens, and answer with what else it said of itself."""
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        if self._process.stdout is None:
            raise RuntimeError("Its output was not taken.")
        said = self._process.stdout.readline().strip()
        if not said.startswith(READY):
            self.kill()
            raise RuntimeError(f"{self._command[2]} did not get ready: {said!r}")
        return said.removeprefix(READY).strip()

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    stream.close()
            self._process = None

    def close(self) -> None:
        """End it and give its port back."""
        self.kill()
        self._held.close()

    def lines(self) -> list[Any]:
        """All that it has written down so far, over all its lives."""
        if self.record.exists():
            with self.record.open("rb") as record:
                record.seek(self._read)
                whole, end, _ = record.read().rpartition(b"\n")  # the last line may still be on its way
            self._read += len(whole) + len(end)
            self._lines += [orjson.loads(line) for line in whole.splitlines()]
        return self._lines


@contextmanager
def beside(module: str, folder: Path, *arguments: str) -> Iterator[Beside]:
    """Such a process, started, and gone afterwards."""
    process = Beside(module, folder, *arguments)
    try:
        process.start()
        yield process
    finally:
        process.close()


def bound(port: int) -> socket.socket:
    """A socket on a port of this machine that another process may hold as well; 0 is any free port."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind(("127.0.0.1", port))
    return held
