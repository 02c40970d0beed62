"""The line of each request in the log: written by hand, since it is the one that is written a million times.

It is what the chain of `server.logs` would have written, byte for byte; where that would have to quote or escape something,
the chain is asked. Lines that come together are written together, as many whole ones as a pipe takes in one piece, so that
processes do not mix theirs.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from select import PIPE_BUF
from typing import NamedTuple, TextIO

import structlog

_PLAIN = re.compile(r"[A-Za-z0-9/._~:@!$&()*+,;%-]*")
_log = structlog.get_logger()


class Line(NamedTuple):
    """What is told of a request: never the query, which may hold what is nobody's business."""

    method: str
    path: str
    status: int
    ms: float
    request_id: str
    state: Mapping[str, object]
    """What was found out meanwhile: the operation, and whom the request was made for, where that is known."""


Form = Callable[[Line, str], str]


def json_form(line: Line, timestamp: str) -> str:
    """As one JSON object."""
    state, known = line.state, ""
    if "operation" in state:
        known = f'"operation": "{state["operation"]}", '
    if "organization" in state:
        known += f'"organization": "{state["organization"]}", '
    return (
        f'{{"method": "{line.method}", "path": "{line.path}", "status": {line.status}, "ms": {line.ms}, {known}'
        f'"event": "request", "request_id": "{line.request_id}", "level": "info", "timestamp": "{timestamp}"}}\n'
    )


def console_form(line: Line, timestamp: str) -> str:
    """As people read it, without colours."""
    known = "".join([f"{name}={line.state[name]} " for name in ("operation", "organization") if name in line.state])
    return (
        f"{timestamp} [info     ] request                        method={line.method} ms={line.ms} {known}"
        f"path={line.path} request_id={line.request_id} status={line.status}\n"
    )


class RequestLog:
    """Writes the lines of requests in a form, gathered while the event loop is busy; without a form, by the chain."""

    def __init__(self) -> None:
        self._form: Form | None = None
        self._stream: TextIO | None = None
        self._waiting: list[str] = []
        self._second = (0, "")

    def configure(self, form: Form | None, stream: TextIO) -> None:
        """From now on in this form, to this stream."""
        self._form, self._stream = form, stream

    def write(self, line: Line) -> None:
        """One line for one request."""
        if self._form is None or not (_PLAIN.fullmatch(line.path) and line.method.isalpha()):
            known = {name: line.state[name] for name in ("operation", "organization") if name in line.state}
            _log.info("request", method=line.method, path=line.path, status=line.status, ms=line.ms, **known)
            return
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting.append(self._form(line, self._timestamp()))

    def _timestamp(self) -> str:
        second, rest = divmod(time.time_ns(), 1_000_000_000)
        if second != self._second[0]:
            self._second = second, datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{self._second[1]}.{rest // 1000:06d}Z"

    def _flush(self) -> None:
        lines, self._waiting = self._waiting, []
        together: list[str] = []
        length = 0
        for line in lines:
            if length + len(line) > PIPE_BUF and together:
                self._put("".join(together))
                together, length = [], 0
            together.append(line)
            length += len(line)
        self._put("".join(together))

    def _put(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(text)
            self._stream.flush()


requests = RequestLog()
"""This process's."""
