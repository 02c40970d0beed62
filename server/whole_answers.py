"""An answer that is known as a whole is written as a whole: its head in one piece, and head and body at once.

uvicorn looks through each name and value of each header, and writes head and body one after the other; for a short answer
that is half of all that is done. It leans on inner parts of uvicorn 0.54, as server/edge.py does and says.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from server.errors import Headers, block

NAME = "truecerta.whole_answer"
"""The extension of ASGI by which the edge offers it: a function of status, head and body that tells whether it did."""


def offered(cycle: RequestResponseCycle) -> dict[str, Any]:
    """What a request's scope says of its extensions."""

    def give(status: int, head: bytes, body: bytes) -> bool:
        if cycle.response_started or cycle.disconnected or cycle.flow.write_paused:
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        closing = b"" if cycle.keep_alive else b"connection: close\r\n"
        always = _always(cycle.default_headers)
        cycle.transport.write(b"".join((STATUS_LINE[status], always, head, closing, b"\r\n", body)))
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
        return True

    return {NAME: give}


_last: tuple[Headers, bytes] = ([], b"")


def _always(headers: Headers) -> bytes:
    """The block of uvicorn's own headers, of which it makes a new list each second."""
    global _last  # noqa: PLW0603  # one process has one of them at a time
    if _last[0] is not headers:
        _last = headers, block(headers)
    return _last[1]
