"""No server may keep the suite longer than it has time, nor send it more than it can hold."""

import threading
import time
import zlib
from collections.abc import Iterable
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

LARGEST_BYTES = 64_000_000
"""A thousand courses with the longest descriptions are a third of this."""
CONNECTIONS, KEPT_CONNECTIONS = 100, 20
PIECE_BYTES = 65_536
UNPACKABLE = frozenset({"gzip", "x-gzip", "deflate"})
"""How a server may pack a body although it was asked not to."""
GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
FAULTS = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol)
"""Each has a namesake in httpx."""


class BoundedTransport(httpx.BaseTransport):
    """HTTP whose answers are whole before the deadline, from the first byte asked to the last one read, or are none.

    httpx's own deadlines are for each read, so that a drip never meets one, be it of headers or of a body.
    """

    def __init__(self, seconds: float, largest_bytes: int = LARGEST_BYTES) -> None:
        self._seconds, self._largest = seconds, largest_bytes
        self._deadline = _Deadline()
        self._pool = httpcore.ConnectionPool(
            max_connections=CONNECTIONS,
            max_keepalive_connections=KEPT_CONNECTIONS,
            keepalive_expiry=5,
            network_backend=_Network(self._deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer with its body, unpacked; otherwise an httpx.TransportError."""
        self._deadline.begin(self._seconds)
        try:
            return self._answer(request)
        except FAULTS as fault:
            raise getattr(httpx, type(fault).__name__)(str(fault), request=request) from fault

    def close(self) -> None:
        """No connection stays open."""
        self._pool.close()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        at = request.url
        url = httpcore.URL(scheme=at.raw_scheme, host=at.raw_host, port=at.port, target=at.raw_path)
        stream: Any = request.stream
        asked = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=stream, extensions=request.extensions
        )
        answer = self._pool.handle_request(asked)
        try:
            body = self._read(answer.iter_stream())
        finally:
            answer.close()
        headers = httpx.Headers(answer.headers)
        coding = headers.get("Content-Encoding", "identity").strip().lower()
        if body and coding != "identity":
            body = self._unpacked(body, coding)
            del headers["Content-Encoding"]  # httpx would unpack it once more
        told = {
            name: answer.extensions[name] for name in ("http_version", "reason_phrase") if name in answer.extensions
        }
        return httpx.Response(answer.status, headers=headers, stream=httpx.ByteStream(body), extensions=told)

    def _read(self, pieces: Iterable[bytes]) -> bytes:
        read, left = [], self._largest
        for piece in pieces:
            left -= len(piece)
            if left < 0:
                raise httpcore.ReadError("its answer does not end")
            read.append(piece)
        return b"".join(read)

    def _unpacked(self, body: bytes, coding: str) -> bytes:
        if coding not in UNPACKABLE:
            raise httpcore.RemoteProtocolError(f"its answer is packed as {coding[:40]!r}, which nobody has asked for")
        try:
            unpacked = zlib.decompressobj(GZIP_OR_ZLIB).decompress(body, self._largest + 1)
        except zlib.error as fault:
            raise httpcore.RemoteProtocolError(f"its answer says {coding} and cannot be unpacked") from fault
        if len(unpacked) > self._largest:
            raise httpcore.ReadError("its answer, unpacked, does not end")
        return unpacked


class _Deadline(threading.local):
    """Of the exchange that a thread is about. All of it happens in the thread that asks."""

    at = 0.0

    def begin(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds

    def left(self, too_late: type[httpcore.TimeoutException]) -> float:
        left = self.at - time.monotonic()
        if left <= 0:
            raise too_late("not in time")
        return left


class _Network(httpcore.SyncBackend):
    def __init__(self, deadline: _Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(self, *arguments: Any, **options: Any) -> httpcore.NetworkStream:
        options["timeout"] = self._deadline.left(httpcore.ConnectTimeout)
        return _Line(super().connect_tcp(*arguments, **options), self._deadline)


class _Line(httpcore.NetworkStream):
    """A connection on which nothing is waited for past the deadline, whatever timeout is asked for."""

    def __init__(self, line: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._line, self._deadline = line, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  # the deadline's is what counts
        return self._line.read(max_bytes, self._deadline.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  # the same
        for start in range(0, len(buffer), PIECE_BYTES):
            self._line.write(buffer[start : start + PIECE_BYTES], self._deadline.left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._line.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002  # the same
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(httpcore.ConnectTimeout)
        return _Line(self._line.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # as httpcore names it
        return self._line.get_extra_info(info)
