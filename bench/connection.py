"""A client of HTTP/1.1 that knows at any moment whether its request has been sent whole and not been answered yet."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

HANGS_SECONDS = 30.0


class LostError(Exception):
    """The connection ended, or could not be made, before an answer came."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came, and how long it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:  # noqa: ANN401  # whatever was answered
        """The body, read as JSON."""
        return orjson.loads(self.body)

    @property
    def is_replay(self) -> bool:
        """Whether this is an earlier answer given again."""
        return self.headers.get("idempotent-replayed") == "true"


class Connection:
    """One connection, kept alive and opened anew after a loss; `in_flight` while an answer is being waited for."""

    def __init__(self, port: int, key: str | None = None) -> None:
        self._port = port
        self._always = f"Host: 127.0.0.1:{port}\r\n" + (f"Authorization: Bearer {key}\r\n" if key else "")
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.in_flight = False

    async def get(self, path: str) -> Reply:
        """Ask for something."""
        return await self._ask(f"GET {path} HTTP/1.1\r\n{self._always}\r\n".encode())

    async def post(self, path: str, content: object, *, once: str) -> Reply:
        """Ask for a change, with an Idempotency-Key."""
        body = orjson.dumps(content)
        head = (
            f"POST {path} HTTP/1.1\r\n{self._always}Content-Type: application/json\r\n"
            f"Idempotency-Key: {once}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return await self._ask(head.encode() + body)

    def close(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    async def _ask(self, request: bytes) -> Reply:
        try:
            async with asyncio.timeout(HANGS_SECONDS):
                return await self._exchange(request)
        except (OSError, asyncio.IncompleteReadError) as fault:
            self.close()
            if isinstance(fault, TimeoutError):
                raise
            raise LostError(repr(fault)) from fault
        finally:
            self.in_flight = False

    async def _exchange(self, request: bytes) -> Reply:
        began = time.perf_counter()
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            # All of a request is with the system, or `drain` waits: nothing of it is kept here.
            self._streams[1].transport.set_write_buffer_limits(0)
        reader, writer = self._streams
        writer.write(request)
        await writer.drain()
        self.in_flight = True
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection") == "close":
            self.close()
        return Reply(int(head[0].split()[1]), headers, body, time.perf_counter() - began)
