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
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) > 1 or (version == "1.1" and not hosts):
        return "Send exactly one Host header."
    if hosts and not _HOST.fullmatch(hosts[0]):
        return "The Host header is not a host name or address with an optional port."
    return _framing_ambiguity(version, headers)


def _framing_ambiguity(version: str, headers: Sequence[tuple[bytes, bytes]]) -> str | None:
    codings = [value for name, value in headers if name == b"transfer-encoding"]
    if not codings:
        return None
    if any(name == b"content-length" for name, _ in headers):
        return "Send either Content-Length or Transfer-Encoding, not both."
    if version == "1.0" or len(codings) > 1 or codings[0].lower() != b"chunked":
        return "The only Transfer-Encoding understood here is chunked, in HTTP/1.1."
    return None
