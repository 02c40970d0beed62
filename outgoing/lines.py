"""A connection to one address that has been checked; what comes in is counted, and waits until it is read."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import cast

import httpcore

LONGEST_HEAD = 64 * 1024
"""Bytes that may come before the body, interim answers (1xx) included."""

HELD = 64 * 1024
"""Unread bytes from which on the sender is made to wait."""

Dial = Callable[[str, int, ssl.SSLContext | None, str], Awaitable["Line"]]
"""Address, port, TLS if any, and the name that the server must prove to be. OSError when it fails."""


class Enough(Exception):
    """All that may be read has been read."""


class Line(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """What came before the other side broke off can still be read; reading beyond the allowance raises Enough.

    Deadlines are the caller's, by cancelling: those that httpcore passes are not heeded.
    """

    # Not asyncio's own streams: theirs forget what has arrived when a reset follows, and with it an answer's status.

    def __init__(self, allowance: int) -> None:
        self._left = allowance
        self._held = bytearray()
        self._is_over = False
        self._error: Exception | None = None
        self._news = asyncio.Event()

    def allow(self, count: int) -> None:
        """From now on this many bytes may be read."""
        self._left = count

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 - httpcore's interface
        """The next bytes, at least one; none once the other side has ended."""
        if self._left <= 0:
            raise Enough
        while not self._held and not self._is_over:
            self._news.clear()
            await self._news.wait()
        if self._error and not self._held:
            raise httpcore.ReadError(str(self._error)) from self._error
        piece = bytes(self._held[: min(max_bytes, self._left)])
        del self._held[: len(piece)]
        self._left -= len(piece)
        if not self._is_over and not self._transport.is_reading():
            self._transport.resume_reading()
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109 - httpcore's interface
        """The system sends it when it can: a request is small, and held here anyway."""
        if self._is_over:
            raise httpcore.WriteError(str(self._error))
        self._transport.write(buffer)

    async def aclose(self) -> None:
        """Closed at once, without waiting for the other side to agree; may be called again."""
        self._transport.abort()
        await asyncio.sleep(0)  # the loop closes the socket in its next round

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: there is a connection, over TLS if it was asked for."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes have come."""
        self._held += data
        if len(self._held) >= HELD:
            self._transport.pause_reading()
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: nothing more will come."""
        self._is_over = True
        self._error = exc
        self._news.set()


async def dial(address: str, port: int, tls: ssl.SSLContext | None, server_name: str) -> Line:
    """Exactly this address is connected to: being one already, it is not resolved again."""
    _, line = await asyncio.get_running_loop().create_connection(
        lambda: Line(LONGEST_HEAD), address, port, ssl=tls, server_hostname=server_name if tls else None
    )
    return line
