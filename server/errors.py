"""From a refusal to an answer: the one table that knows status numbers, and the one shape of an error."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import orjson

from rules.errors import ErrorCode, Refused
from services import database

STATUS: Mapping[ErrorCode, int] = {
    "bad_request": 400,
    "unauthorized": 401,
    "plan_limit_exceeded": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "request_timeout": 408,
    "conflict": 409,
    "gone": 410,
    "payload_too_large": 413,
    "unsupported_media_type": 415,
    "unprocessable_entity": 422,
    "rate_limited": 429,
    "request_header_fields_too_large": 431,
    "internal_error": 500,
    "unavailable": 503,
}
OK = 200
NOT_MODIFIED = 304
"""No error: the visitor has the answer already."""
JSON = b"application/json"
RETRY_SECONDS = 2

Headers = list[tuple[bytes, bytes]]


class Head(NamedTuple):
    """Headers that are the same for many, and the block that they are on the wire."""

    headers: Headers
    block: bytes

    @classmethod
    def of(cls, headers: Headers) -> "Head":
        r"""The headers, and their block.

        >>> Head.of([(b"vary", b"Accept")]).block
        b'vary: Accept\r\n'
        """
        return cls(headers, block(headers))


def block(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    r"""Headers as they go over the wire; a value with a line break in it would be more than one, so that is refused.

    >>> block([(b"etag", b'"a"'), (b"vary", b"Accept")])
    b'etag: "a"\r\nvary: Accept\r\n'
    """
    parts: list[bytes] = []
    for name, value in headers:
        parts += (name, b": ", value, b"\r\n")
    joined = b"".join(parts)
    lines = len(parts) // 4
    if joined.count(b"\n") != lines or joined.count(b"\r") != lines or b"\0" in joined:
        raise ValueError("A header's value has a line break in it.")
    return joined


def headers_in(written: bytes) -> Headers:
    r"""The headers that a block is made of.

    >>> headers_in(b'etag: "a: b"\r\nvary: Accept\r\n')
    [(b'etag', b'"a: b"'), (b'vary', b'Accept')]
    """
    lines = (line.partition(b": ") for line in written.splitlines())
    return [(name, value) for name, _, value in lines]


class Reply(NamedTuple):
    """An answer as it goes over the wire. Headers are in lower case; type and length are added on sending.

    Without a media type it has no content, or `block` tells type and length already.
    """

    status: int
    body: bytes
    media_type: bytes = JSON
    headers: Sequence[tuple[bytes, bytes]] = ()
    block: bytes | None = None
    """In place of the headers: how they go over the wire, where that is known."""


def reply_to(refused: Refused) -> Reply:
    """A refusal in the contract's shape: message, code, and which fields are wrong where some are.

    >>> reply_to(Refused("not_found", "No such course.")).body
    b'{"error":{"message":"No such course.","code":"not_found"}}'
    """
    error: dict[str, object] = {"message": refused.message, "code": refused.code}
    if refused.details:
        error["details"] = [{"field": detail.field, "message": detail.message} for detail in refused.details]
    headers: Headers = []
    if refused.retry_after is not None:
        headers.append((b"retry-after", b"%d" % refused.retry_after))
    if refused.code == "unauthorized":
        headers.append((b"www-authenticate", b'Bearer realm="TrueCerta"'))
    return Reply(STATUS[refused.code], orjson.dumps({"error": error}), headers=headers)


def refusal_of(fault: Exception) -> Refused:
    """What a stranger is told of a fault: the refusal itself, that the database is away, or that the fault is ours."""
    if isinstance(fault, Refused):
        return fault
    if database.is_away(fault):
        message = "The service cannot reach its database right now. Try again in a moment."
        return Refused("unavailable", message, retry_after=RETRY_SECONDS)
    return Refused("internal_error", "Something went wrong on our side. Tell us the X-Request-Id of this answer.")
