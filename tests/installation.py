"""A running installation for tests and proofs: its own data directory, its own port, started and ended as a process."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent
SECRET = "a-secret-key-for-tests-only-0123456789"  # noqa: S105  # of no installation but theirs
UNLIMITED = {
    "TRUECERTA_RATE_LIMIT_API": "off",
    "TRUECERTA_RATE_LIMIT_PUBLIC": "off",
    "TRUECERTA_RATE_LIMIT_MISSES": "off",
    "TRUECERTA_RATE_LIMIT_WEBHOOK_TEST": "off",
    "TRUECERTA_RATE_LIMIT_SIGN_IN": "off",
    "TRUECERTA_RATE_LIMIT_ACCOUNT": "off",
}


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """`truecerta` with one data directory and database; `environment` holds further settings."""

    folder: Path
    database_url: str | None = None
    environment: dict[str, str] = field(default_factory=lambda: dict(UNLIMITED))
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What it wrote, over all its runs."""
        return self.folder / "serve.log"

    def settings(self) -> dict[str, str]:
        """The environment that its commands run in: nothing of ours but the path."""
        settings = {name: value for name, value in os.environ.items() if not name.startswith("TRUECERTA_")}
        settings |= {
            "PYTHONPATH": str(ROOT),
            "TRUECERTA_DATA_DIR": str(self.folder),
            "TRUECERTA_SECRET_KEY": SECRET,
            **self.environment,
        }
        if self.database_url is not None:
            settings["TRUECERTA_DATABASE_URL"] = self.database_url
        return settings

    def command(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run `truecerta` with these arguments to its end."""
        return subprocess.run(
            [sys.executable, "-m", "server.cli", *arguments],
            env=self.settings(),
            cwd=self.folder,
            check=check,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def organization(self, name: str = "Example Academy", *more: str) -> dict[str, Any]:
        """Create an academy and answer with what the command printed: `organization_id`, `api_key` and more."""
        made = self.command("org", "create", "--name", name, "--email", "office@example.com", "--json", *more)
        found: dict[str, Any] = json.loads(made.stdout)
        return found

    def start(self, *arguments: str, wait: bool = True) -> None:
        """Serve, in a process group of its own, and wait until it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "server.cli", "serve", "--port", str(self.port), *arguments],
                env=self.settings(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            try:
                self.wait_until_ready()
            except BaseException:
                self.kill()  # whoever could not start it has nothing to stop
                raise

    def wait_until_ready(self, seconds: float = 30) -> None:
        """Wait for /readyz to say yes."""
        deadline = time.monotonic() + seconds
        with httpx.Client(
            timeout=2, trust_env=False
        ) as client:  # one for all: each would read every certificate authority
            while time.monotonic() < deadline:
                if self.process is not None and self.process.poll() is not None:
                    raise RuntimeError(f"serve ended with {self.process.returncode}: {self.log.read_text()[-2000:]}")
                try:
                    if client.get(f"{self.url}/readyz").status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.02)
        raise TimeoutError(f"not ready within {seconds} s: {self.log.read_text()[-2000:]}")

    def stop(self) -> int:
        """End it as an operator does, and answer with its exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(40)
        finally:
            self.kill()

    def kill(self) -> None:
        """End the whole process group at once, with nothing tidied up."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None

    def client(self, key: str | None = None, **options: Any) -> httpx.Client:
        """A client of its API, with a key or without."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=20, **options)
