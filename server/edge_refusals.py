"""What the edge itself says, in the error's shape, when a request never becomes one that the application could answer."""

from collections.abc import Iterable
from http import HTTPStatus

from rules.errors import ErrorCode, Refused
from server.errors import reply_to

_SENTENCES: dict[ErrorCode, str] = {
    "bad_request": "This is not a well-formed HTTP/1.1 request.",
    "request_timeout": "The request did not arrive in time.",
    "request_header_fields_too_large": "The request line and the headers are too large.",
    "unavailable": "Too many connections are open. Try again soon.",
}


def refusal(code: ErrorCode, message: str | None = None) -> Refused:
    """One of the edge's refusals, with its usual sentence or a closer one.

    Made anew each time: an exception that is raised again and again keeps every frame it passed through alive.

    >>> refusal("request_timeout").message
    'The request did not arrive in time.'
    """
    return Refused(code, message or _SENTENCES[code])


def closing_answer(refused: Refused, request_id: str, more_headers: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
    """The whole answer as it goes over the wire; it is the connection's last.

    >>> closing_answer(refusal("bad_request"), "r1").splitlines()[0]
    b'HTTP/1.1 400 Bad Request'
    """
    reply = reply_to(refused)
    headers = [
        *more_headers,
        *reply.headers,
        (b"content-type", reply.media_type),
        (b"content-length", str(len(reply.body)).encode()),
        (b"connection", b"close"),
        (b"x-request-id", request_id.encode()),
    ]
    first = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n".encode()
    return b"".join([first, *(b"%s: %s\r\n" % header for header in headers), b"\r\n", reply.body])
