"""A wire between a service and its PostgreSQL that can stand still without a word, or pool transactions as poolers do."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import parse_qs, urlsplit, urlunsplit

LISTENER = b"truecerta changes"
"""What the connection calls itself on which changes are told."""
PORT = 5432
NOTIFICATION, READY = b"A", b"Z"
Way = Callable[[bytes], bytes]


class Pooled:
    """What a pooler that pools transactions does to a notification: between two transactions it is nobody's, and is lost."""

    def __init__(self) -> None:
        self._begun = b""
        self.asked = False

    def ask(self, data: bytes) -> bytes:
        """What the client says is passed on, to a connection that is now its own."""
        self.asked = True
        return data

    def answer(self, data: bytes) -> bytes:
        """What of the server's words is passed on. Each is a letter, its length in four bytes, and so many less four."""
        self._begun += data
        passed = b""
        while len(self._begun) > 4 and len(self._begun) > (length := int.from_bytes(self._begun[1:5], "big")):
            message, self._begun = self._begun[: length + 1], self._begun[length + 1 :]
            if self.asked or message[:1] != NOTIFICATION:
                passed += message
            self.asked = self.asked and message[:1] != READY
        return passed


class Wire:
    """Passes bytes on, both ways. `url` is that of the database by way of it."""

    def __init__(self, url: str, *, pools: bool = False, port: int = 0) -> None:
        parts = urlsplit(url)
        (host,) = parse_qs(parts.query).get("host", [parts.hostname or "127.0.0.1"])
        self._database = (host, parts.port or PORT)
        self._pools = pools
        self._flows = threading.Event()
        self._flows.set()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._door = socket.create_server(("127.0.0.1", port))
        self._run(self._admit)
        user = (parts.netloc.rpartition("@")[0].rstrip(":") + "@").lstrip("@")
        mine = f"{user}127.0.0.1:{self._door.getsockname()[1]}"
        self.url = urlunsplit((parts.scheme, mine, parts.path, "sslmode=disable", ""))

    def freeze(self) -> None:
        """From now on nothing passes on the connections on which changes are told. They stay open."""
        self._flows.clear()

    def thaw(self) -> None:
        """What was held up goes on."""
        self._flows.set()

    def close(self) -> None:
        """Cut everything off."""
        self.thaw()
        for each in (self._door, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(10)

    def _run(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _admit(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client = self._door.accept()[0]
                server = _connected(*self._database)
                self._open += [client, server]
                first = client.recv(65536)
                server.sendall(first)
                flows = self._flows if LISTENER in first else None
                there, back = self._ways(pools=self._pools and flows is not None)
                self._run(_pass_on, client, server, flows, there)
                self._run(_pass_on, server, client, flows, back)

    @staticmethod
    def _ways(*, pools: bool) -> tuple[Way, Way]:
        pooled = Pooled()
        return (pooled.ask, pooled.answer) if pools else (bytes, bytes)


def _pass_on(origin: socket.socket, target: socket.socket, flows: threading.Event | None, way: Way) -> None:
    with suppress(OSError):
        while data := origin.recv(65536):
            if flows is not None:
                flows.wait()
            target.sendall(way(data))
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def _connected(host: str, port: int) -> socket.socket:
    if not host.startswith("/"):
        return socket.create_connection((host, port), timeout=10)
    made = socket.socket(socket.AF_UNIX)
    made.connect(f"{host}/.s.PGSQL.{port}")
    return made


@contextmanager
def wire_to(url: str, *, pools: bool = False, port: int = 0) -> Iterator[Wire]:
    """A wire to a PostgreSQL, gone afterwards."""
    made = Wire(url, pools=pools, port=port)
    try:
        yield made
    finally:
        made.close()
