"""No server may keep the suite longer than it has time, nor send it more than it can hold."""

import time
from collections.abc import Iterator

import httpx

LARGEST_BYTES = 64_000_000
"""A thousand courses with the longest descriptions are a third of this."""


class BoundedTransport(httpx.HTTPTransport):
    """HTTP whose answers end in time: httpx's own deadlines are for each read, so that a drip never meets one."""

    def __init__(self, seconds: float, largest_bytes: int = LARGEST_BYTES) -> None:
        super().__init__(trust_env=False)
        self._seconds, self._largest = seconds, largest_bytes

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, whose body ends with an httpx.ReadTimeout or httpx.ReadError where it does not end by itself."""
        deadline = time.monotonic() + self._seconds
        response = super().handle_request(request)
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _Bounded(response.stream, deadline, self._largest)
        return response


class _Bounded(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, deadline: float, largest: int) -> None:
        self._stream, self._deadline, self._left = stream, deadline, largest

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise httpx.ReadError("its answer does not end")
            if time.monotonic() > self._deadline:
                raise httpx.ReadTimeout("its answer did not end in time")
            yield chunk

    def close(self) -> None:
        self._stream.close()
