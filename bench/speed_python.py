"""A load generator of our own, for machines without wrk and for warming up: slower than wrk, but it checks every answer."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from http.client import responses
from itertools import count
from typing import NamedTuple, cast

import uvloop

from bench.proof import percentile
from bench.speed_operations import CONNECTIONS, Traffic

PATIENCE_SECONDS = 10.0


class AnswerError(Exception):
    """Something else was answered than was expected, or nothing: it says what was asked and what came."""


class Stretch(NamedTuple):
    """What a load generator counted: durations in seconds."""

    requests: int
    seconds: float
    p50: float
    p99: float


class Reply(NamedTuple):
    """An answer: its status, its lines of headers and its body."""

    status: int
    head: str
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, or nothing."""
        found = (line.partition(":") for line in self.head.split("\r\n")[1:])
        return next((value.strip() for key, _, value in found if key.lower() == name), "")


class _Client(asyncio.Protocol):
    """One connection: a request, its answer, the next request, until the time is over."""

    def __init__(self, traffic: Traffic, port: int, places: Iterator[int], expected: int, ends: float) -> None:
        self._requests = ((at, traffic.request(port, at)) for at in places)
        self._expected, self._ends = expected, ends
        self._asked, self._received, self._began = b"", b"", 0.0
        self.took: list[float] = []
        self.reply = Reply(0, "", b"")
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = loop.create_future()
        self._closed: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are of no class of asyncio's
        left = max(0.0, self._ends - time.perf_counter()) + PATIENCE_SECONDS
        self._late = asyncio.get_running_loop().call_later(left, self._be_late)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._received += data
        reply = _whole(self._received)
        if reply is None:
            return
        self.took.append(time.perf_counter() - self._began)
        self.reply, self._received = reply, b""
        if reply.status != self._expected:
            self._end(f"answered {reply.status} {responses.get(reply.status, '')}: {reply.body[:300]!r}")
        elif time.perf_counter() < self._ends:
            self._ask()
        else:
            self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(f"the connection was closed before an answer came ({exc or 'by the server'})")
        self._closed.set_result(None)

    def _be_late(self) -> None:
        self._end(f"no answer came within {PATIENCE_SECONDS:g} s")

    async def close(self) -> None:
        """Nothing of it is left open."""
        self.ended.cancel()
        self._late.cancel()
        self._transport.abort()
        await self._closed

    def _ask(self) -> None:
        _, self._asked = next(self._requests)
        self._began = time.perf_counter()
        self._transport.write(self._asked)

    def _end(self, fault: str = "") -> None:
        if self.ended.done():
            return
        if fault:
            first = self._asked.split(b"\r\n", 1)[0].decode("ascii")
            self.ended.set_exception(AnswerError(f"{first}: {fault}; {self._expected} was expected"))
        else:
            self.ended.set_result(None)


def _whole(received: bytes) -> Reply | None:
    """The answer that has been received whole, if it has."""
    head, ended, body = received.partition(b"\r\n\r\n")
    if not ended:
        return None
    reply = Reply(int(head[9:12]), head.decode("latin-1"), body)
    length = 0 if reply.status == 304 else int(reply.header("content-length") or 0)
    return reply if len(body) >= length else None


def run(traffic: Traffic, port: int, at: int, seconds: float, expected: int) -> Stretch:
    """Ask for so long over all connections, from this place of the walk on; the first wrong answer ends it."""
    return uvloop.run(_run(traffic, port, count(at), seconds, expected))


async def _run(traffic: Traffic, port: int, places: Iterator[int], seconds: float, expected: int) -> Stretch:
    began = time.perf_counter()
    async with _connected(
        CONNECTIONS, lambda: _Client(traffic, port, places, expected, began + seconds), port
    ) as clients:
        await asyncio.gather(*(client.ended for client in clients))
        lasted = time.perf_counter() - began
    took = [one for client in clients for one in client.took]
    return Stretch(len(took), lasted, percentile(took, 0.5), percentile(took, 0.99))


def ask(traffic: Traffic, port: int, at: int, expected: int) -> Reply:
    """One request and its answer."""
    return uvloop.run(_ask(traffic, port, at, expected))


async def _ask(traffic: Traffic, port: int, at: int, expected: int) -> Reply:
    async with _connected(1, lambda: _Client(traffic, port, iter([at]), expected, 0.0), port) as (client,):
        await client.ended
    return client.reply


@asynccontextmanager
async def _connected(number: int, make: Callable[[], _Client], port: int) -> AsyncIterator[list[_Client]]:
    async with AsyncExitStack() as stack:
        yield [await _client(make, port, stack) for _ in range(number)]


async def _client(make: Callable[[], _Client], port: int, stack: AsyncExitStack) -> _Client:
    try:
        _, client = await asyncio.get_running_loop().create_connection(make, "127.0.0.1", port)
    except OSError as fault:
        raise AnswerError(f"port {port}: no connection ({fault})") from fault
    stack.push_async_callback(client.close)
    return client
