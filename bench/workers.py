"""Workers of an installation, each a process of its own, started and killed apart from what serves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.installed import Place
from tests.installation import Installation

READY, READY_SECONDS = b"worker runs", 30.0
NO_WORKER = ("--no-worker",)
"""What `serve` is told when its workers are started apart."""


class Worker:
    """One `truecerta worker`, in a process group of its own; `log` is what it wrote over all its lives."""

    def __init__(self, installation: Installation, number: int) -> None:
        self.log: Path = installation.folder / f"worker-{number}.log"
        self._installation = installation
        self._process: subprocess.Popen[bytes] | None = None
        self.spent = 0.0

    def start(self) -> None:
        """Start it; it is at work a moment later."""
        settings = {**self._installation.settings(), "TRUECERTA_PUBLIC_URL": self._installation.url}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "server.cli", "worker"],
                env=settings,
                cwd=self._installation.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Wait until it says that it is at work."""
        ends = time.monotonic() + READY_SECONDS
        while READY not in self.log.read_bytes():
            if time.monotonic() > ends or not self.is_running():
                raise RuntimeError(f"the worker did not get ready: {self.log.read_text()[-2000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End it as a machine does that loses its power."""
        if self._process is not None and self._process.poll() is None:
            self._note()
            os.killpg(self._process.pid, signal.SIGKILL)
        self._reap()

    def stop(self) -> int | None:
        """End it as an operator does, and answer with its exit code."""
        if self._process is None:
            return None
        if self._process.poll() is None:
            self._note()
            self._process.terminate()
            try:
                self._process.wait(40)
            except subprocess.TimeoutExpired:
                self.kill()
                return None
        return self._reap()

    def memory(self) -> int:
        """The bytes of memory that it and its children hold; 0 when it does not run."""
        return sum(process.memory_info().rss for process in self._processes())

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    def _note(self) -> None:
        for process in self._processes():
            times = process.cpu_times()
            self.spent += times.user + times.system

    def _processes(self) -> list[psutil.Process]:
        if self._process is None or self._process.poll() is not None:
            return []
        whole = psutil.Process(self._process.pid)
        return [whole, *whole.children(recursive=True)]

    def _reap(self) -> int | None:
        ended = None if self._process is None else self._process.wait(10)
        self._process = None
        return ended


@contextmanager
def working(place: Place, count: int) -> Iterator[list[Worker]]:
    """So many workers of an installation, all of them at work; gone afterwards."""
    workers = [Worker(place.installation, number) for number in range(1, count + 1)]
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.wait_until_ready()
        yield workers
    finally:
        for worker in workers:
            worker.kill()
