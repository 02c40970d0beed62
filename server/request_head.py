"""A request's head is believed only if all on its way read it alike: one host, one framing, a version we speak."""

import re
from collections.abc import Sequence

_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::[0-9]{1,5})?")


def ambiguity(version: str, headers: Sequence[tuple[bytes, bytes]]) -> str | None:
    """Tell why two readers could take a request head differently; nothing if they can't.

    Header names come in lower case. What is refused here is what request smuggling and host confusion are made of
    (RFC 9112, sections 3.2 and 6.3).

    >>> ambiguity("1.1", [(b"host", b"example.com:8000")])
    >>> ambiguity("1.1", [])
    'Send exactly one Host header.'
    >>> ambiguity("1.1", [(b"host", b"example.com"), (b"content-length", b"3"), (b"transfer-encoding", b"chunked")])
    'Send either Content-Length or Transfer-Encoding, not both.'
    """
    if version not in {"1.0", "1.1"}:
        return "Use HTTP/1.1."
    hosts, lengths, codings = 0, 0, []
    for name, value in headers:
        if name == b"host":
            hosts += 1
            if not _HOST.fullmatch(value):
                return "The Host header is not a host name or address with an optional port."
        elif name == b"content-length":
            lengths += 1
        elif name == b"transfer-encoding":
            codings.append(value)
    if hosts > 1 or (version == "1.1" and not hosts):
        return "Send exactly one Host header."
    return _framing_ambiguity(version, lengths, codings) if codings else None


def _framing_ambiguity(version: str, lengths: int, codings: list[bytes]) -> str | None:
    if lengths:
        return "Send either Content-Length or Transfer-Encoding, not both."
    if version == "1.0" or len(codings) > 1 or codings[0].lower() != b"chunked":
        return "The only Transfer-Encoding understood here is chunked, in HTTP/1.1."
    return None
