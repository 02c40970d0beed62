"""The engines that are measured: ours as shipped, and its peers, each with a database of its own and on the same core."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.speed_machine import Cores, Spent, pin, pin_beside, spent
from bench.speed_operations import PLAIN
from tests.installation import ROOT, Installation

READY_SECONDS = 30.0
HIGH = "100000000/minute"
AS_SHIPPED = {
    "TRUECERTA_RATE_LIMIT_API": HIGH,
    "TRUECERTA_RATE_LIMIT_PUBLIC": HIGH,
    "TRUECERTA_RATE_LIMIT_MISSES": HIGH,
    "TRUECERTA_LOG_FORMAT": "json",
}
"""Everything is on; the limits are counted, and too high to be reached."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Something that answers, by the name that commands know it by."""

    name: str
    title: str
    colour: str
    """In the plot."""
    operations: tuple[str, ...] = PLAIN
    is_ours: bool = False


ENGINES = (
    Engine("ours", "TrueCerta", "#0b6e4f", (*PLAIN, "cached", "not_modified"), is_ours=True),
    Engine("apart", "TrueCerta, its worker on another core", "#3f9d7a", ("issue",), is_ours=True),
    Engine("valkey", "TrueCerta, limits in Valkey", "#8fd0b5", ("verify", "issue"), is_ours=True),
    Engine("bare", "bare Starlette + asyncpg", "#444444"),
    Engine("fastapi", "FastAPI + SQLAlchemy", "#c4572a"),
    Engine("litestar", "Litestar + msgspec", "#6a4c93"),
    Engine("constant", "constant ASGI answer", "#999999", ("constant",)),
)


class NotStartedError(Exception):
    """An engine that does not answer, with what it said last."""


@dataclass(eq=False)
class Running:
    """An engine that answers; `places` is how far the walk of each operation has come."""

    engine: Engine
    installation: Installation
    places: dict[str, int] = field(default_factory=dict)
    mailed: int = 0
    """How many mails its worker had sent when the queue was last emptied."""

    @property
    def port(self) -> int:
        """Where it answers."""
        return self.installation.port

    @property
    def pid(self) -> int:
        """The process that all the others of it belong to."""
        if self.installation.process is None:
            raise NotStartedError(f"{self.engine.title} does not run.")
        return self.installation.process.pid

    def take(self, operation: str, count: int) -> int:
        """Go so many places further in the walk of an operation, and say where it was."""
        place = self.places.get(operation, 0)
        self.places[operation] = place + count
        return place

    def spent(self) -> Spent:
        """Seconds of a processor so far."""
        return spent(self.pid)

    def last_words(self) -> str:
        """The end of its log."""
        return self.installation.log.read_text(errors="replace")[-1000:].strip()


@contextmanager
def serving(engine: Engine, database: str, folder: Path, cores: Cores, valkey: str) -> Iterator[Running]:
    """An engine on a database, kept to the server's core, until the end of the block."""
    place = folder / engine.name
    place.mkdir()
    more = {"TRUECERTA_REDIS_URL": valkey} if engine.name == "valkey" else {}
    running = Running(engine, Installation(place, database, {**AS_SHIPPED, **more}))
    start = _ours if engine.is_ours else _peer
    try:
        start(running, cores.server)
        if engine.name == "apart":
            pin_beside(running.pid, cores.others)
        yield running
    finally:
        running.installation.kill()


def _ours(running: Running, cores: frozenset[int]) -> None:
    running.installation.start(wait=False)
    pin(running.pid, cores)
    try:
        running.installation.wait_until_ready()
    except (RuntimeError, TimeoutError) as why:
        raise NotStartedError(f"{running.engine.title} did not start: {why}") from why


def _peer(running: Running, cores: frozenset[int]) -> None:
    """Started in the place of an installation of ours: the same folder, log, port and database."""
    installation = running.installation
    options = ("--port", str(installation.port), "--database", str(installation.database_url))
    with installation.log.open("ab") as log:
        installation.process = subprocess.Popen(
            [sys.executable, "-m", "bench.peers", running.engine.name, *options],
            env=installation.settings(),
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    pin(running.pid, cores)
    _wait_until_it_listens(running)


def _wait_until_it_listens(running: Running) -> None:
    ends = time.monotonic() + READY_SECONDS
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", running.port), 1):
            return
        process = running.installation.process
        if time.monotonic() > ends or process is None or process.poll() is not None:
            raise NotStartedError(f"{running.engine.title} did not start: {running.last_words()}")
        time.sleep(0.02)
