"""Receivers for tests: real sockets on 127.0.0.1, as well or badly behaved as a test wants them."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from outgoing import lines

Conduct = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

PATIENCE = 5.0

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
OPEN = b"HTTP/1.1 200 OK\r\n\r\n"
"""A head whose body lasts until the connection ends."""


@dataclass
class Receiver:
    """A server of a test's own: where it listens, and the requests that reached it, as they came."""

    conduct: Conduct
    hears: bool = True
    port: int = 0
    seen: list[bytes] = field(default_factory=list)
    connections: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Its address, over plain HTTP."""
        return f"http://127.0.0.1:{self.port}"

    async def begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A new connection: it does as it was told, and closes."""
        task = asyncio.create_task(self._serve(reader, writer))
        self._running.add(task)
        self.connections += 1
        self.idle.clear()
        await asyncio.wait([task])
        self._running.discard(task)
        if not self._running:
            self.idle.set()

    async def abandoned(self) -> None:
        """Every connection has been closed, as it should be soon."""
        async with asyncio.timeout(PATIENCE):
            await self.idle.wait()

    async def end(self) -> None:
        """What is still open is broken off."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                if self.hears:
                    self.seen.append(await _request(reader))
                await self.conduct(reader, writer)
        finally:
            writer.transport.abort()


@asynccontextmanager
async def receiving(
    conduct: Conduct, tls: ssl.SSLContext | None = None, *, hears: bool = True
) -> AsyncIterator[Receiver]:
    """A receiver that does the same with each connection.

    It lets the other side finish its request before that, unless it does not hear at all.
    """
    receiver = Receiver(conduct, hears)
    server = await asyncio.start_server(receiver.begin, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await receiver.end()


def says(answer: bytes) -> Conduct:
    """A receiver that answers with these bytes and closes."""

    async def conduct(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return conduct


def says_and_stays(answer: bytes) -> Conduct:
    """A receiver that answers with these bytes and then neither speaks nor closes."""

    async def conduct(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await reader.read()

    return conduct


def repeats(begin: bytes, again: bytes, pause: float = 0.0) -> Conduct:
    """A receiver that, after it has begun, says the same again and again until nobody listens."""

    async def conduct(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        while True:
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(pause)

    return conduct


def breaks_off(answer: bytes) -> Conduct:
    """A receiver that resets the connection after these bytes."""

    async def conduct(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        writer.transport.abort()

    return conduct


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    return head + await reader.readexactly(length)


class Answers:
    """A resolver that knows what it is told, each time the next of its answers, and who asked."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> list[str]:
        """The last answer is repeated; with none at all the name does not exist."""
        self.asked.append(host)
        if not self._answers:
            raise OSError("Name or service not known")
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class Wiring:
    """The lowest level: which addresses are dialled is noted, and each leads to a port of 127.0.0.1."""

    def __init__(self, port: int, dead: tuple[str, ...] = ()) -> None:
        self._port = port
        self._dead = dead
        self.dialled: list[str] = []

    async def __call__(self, address: str, _port: int, tls: ssl.SSLContext | None, server_name: str) -> lines.Line:
        """A dead address swallows everything."""
        self.dialled.append(address)
        if address in self._dead:
            await asyncio.Event().wait()
        return await lines.dial("127.0.0.1", self._port, tls, server_name)
