"""Seventeen kinds of bad receivers of webhooks in one process, each on a port of its own, and a canary.

Nothing that follows a redirect may ever reach the canary. Each line of the record names the kind that was connected to.
"""

import asyncio
import gzip
import re
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from itertools import cycle
from pathlib import Path

import orjson

from bench.beside import bound
from bench.beside_parent import Record, arguments, ready

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

DRIP_SECONDS = 1.0
BOMB_BYTES = 256 * 2**20
_PIECE = b"x" * 65536
_BOMB = gzip.compress(gzip.compress(bytes(BOMB_BYTES), 9), 9)


def answered(status: str, *headers: str, body: bytes = b"no") -> bytes:
    """A whole answer."""
    lines = (f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def hangs(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Takes the connection, reads nothing, and never says anything."""
    await asyncio.sleep(3600)


async def drips(first: bytes, rest: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says the rest a byte a second."""
    writer.write(first)
    for byte in rest:
        await asyncio.sleep(DRIP_SECONDS)
        writer.write(bytes((byte,)))
        await writer.drain()


async def endless(first: bytes, piece: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says the same for ever, as fast as it is taken."""
    writer.write(first)
    while True:
        writer.write(piece)
        await writer.drain()


async def says(answer: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says one thing."""
    writer.write(answer)
    await writer.drain()


async def lies(turns: Iterator[int], _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Announces, in turns, more than it says and less."""
    announced = next(turns)
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {announced}\r\n\r\n".encode() + b"x" * 1000)
    await writer.drain()


async def redirects(
    turns: Iterator[str], canary: int, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Leads, in turns by 302 and by 307, to where nobody may go."""
    writer.write(answered(next(turns), f"Location: http://127.0.0.1:{canary}/secret"))
    await writer.drain()


async def busy(pause: int, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Asks to be left alone until a date."""
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=pause), usegmt=True)
    writer.write(answered("503 Service Unavailable", f"Retry-After: {until}"))
    await writer.drain()


async def resets(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Breaks the connection off by a reset."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def kinds(canary: int, pause: int) -> dict[str, Behaviour]:
    """All kinds but the one that refuses, which does not even listen."""
    return {
        "hangs": hangs,
        "drips_head": partial(drips, b"", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        "drips_body": partial(drips, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x" * 1000),
        "endless_head": partial(endless, b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 4000 + b"\r\n"),
        "endless_1xx": partial(endless, b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        "endless_body": partial(endless, b"HTTP/1.1 200 OK\r\n\r\n", _PIECE),
        "gzip_bomb": partial(says, answered("200 OK", "Content-Encoding: gzip, gzip", body=_BOMB)),
        "lies": partial(lies, cycle((1_000_000, 2))),
        "redirects": partial(redirects, cycle(("302 Found", "307 Temporary Redirect")), canary),
        "fails": partial(says, answered("500 Internal Server Error", body=b"x" * 5000)),
        "busy": partial(busy, pause),
        "limits": partial(says, answered("429 Too Many Requests", f"Retry-After: {pause}")),
        "gone": partial(says, answered("410 Gone")),
        "garbage": partial(says, b"\x00\xff SSH-2.0-none\r\n" * 50),
        "resets": resets,
        "garbage_tls": partial(says, b"\x16\x03\x01 this is no handshake" * 20),
    }


WITHOUT_READING = {"hangs", "garbage_tls"}
"""What takes no notice of the request."""


async def _serve(
    name: str, behave: Behaviour, record: Record, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    record.add(kind=name)
    try:
        if name not in WITHOUT_READING:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
        await behave(reader, writer)
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        pass  # the other side has had enough
    finally:
        writer.close()


async def misbehave(port: int, file: Path, pause: int) -> None:
    """Misbehave in every way until ended; tells the port of each kind."""
    record, refusing = Record(file), bound(0)
    canary = await asyncio.start_server(partial(_serve, "canary", hangs, record), sock=bound(port))
    servers = {
        name: await asyncio.start_server(partial(_serve, name, behave, record), sock=bound(0))
        for name, behave in kinds(port, pause).items()
    }
    ports = {name: server.sockets[0].getsockname()[1] for name, server in servers.items()}
    ready(orjson.dumps({"refuses": refusing.getsockname()[1], **ports}).decode())
    await canary.serve_forever()


def main() -> int:
    """Misbehave until the proof that started it ends."""
    parser = arguments("misbehaving", "bad receivers of webhooks of every kind, each on a port of its own")
    parser.add_argument("--retry-after", type=int, default=8, help="seconds that the busy ones ask for")
    options = parser.parse_args()
    asyncio.run(misbehave(options.port, options.record, options.retry_after))
    return 0


if __name__ == "__main__":
    sys.exit(main())
