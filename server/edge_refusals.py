"""What the edge itself says, in the error's shape, when a request never becomes one that the application could answer."""

import json
from collections.abc import Iterable
from http import HTTPStatus

from rules.errors import ErrorCode, Refused

_REASONS: dict[ErrorCode, tuple[HTTPStatus, str]] = {
    "bad_request": (HTTPStatus.BAD_REQUEST, "This is not a well-formed HTTP/1.1 request."),
    "request_timeout": (HTTPStatus.REQUEST_TIMEOUT, "The request did not arrive in time."),
    "request_header_fields_too_large": (
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "The request line and the headers are too large.",
    ),
    "unavailable": (HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections are open. Try again soon."),
}


def refusal(code: ErrorCode, message: str | None = None) -> Refused:
    """One of the edge's refusals, with its usual sentence or a closer one.

    Made anew each time: an exception that is raised again and again keeps every frame it passed through alive.

    >>> refusal("request_timeout").message
    'The request did not arrive in time.'
    """
    return Refused(code, message or _REASONS[code][1])


def status_of(refused: Refused) -> HTTPStatus:
    """The status of one of the edge's refusals."""
    return _REASONS[refused.code][0]


def closing_answer(refused: Refused, request_id: str, more_headers: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
    """The whole answer as it goes over the wire; it is the connection's last.

    >>> closing_answer(refusal("bad_request"), "r1").splitlines()[0]
    b'HTTP/1.1 400 Bad Request'
    """
    status = status_of(refused)
    body = json.dumps({"error": {"message": refused.message, "code": refused.code}}).encode()
    headers = [
        *more_headers,
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        (b"x-request-id", request_id.encode()),
    ]
    lines = [b"%s: %s\r\n" % header for header in headers]
    return b"".join([f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode(), *lines, b"\r\n", body])
