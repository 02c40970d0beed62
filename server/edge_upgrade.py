"""An offer to upgrade is declined by going on in HTTP/1.1, body included.

httptools takes whatever follows a head with `Upgrade` for another protocol and drops the body, even when the server ignores
the offer. Some clients (Java's, for one) offer `h2c` on every plain request, so their bodies would vanish.
"""

from collections.abc import Iterable

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_FRAMING = {b"content-length", b"transfer-encoding"}


def feed_declining_upgrades(protocol: HttpToolsProtocol, data: bytes) -> None:
    """Feed a protocol's parser; behind each head that offers an upgrade, go on with a new parser."""
    rest = memoryview(data)
    while rest:
        try:
            protocol.parser.feed_data(rest)
        except httptools.HttpParserUpgrade as offer:
            protocol.parser = httptools.HttpRequestParser(AfterHead(protocol))
            protocol.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn sets it
            protocol.parser.feed_data(framing_of(protocol.scope["headers"]))
            rest = rest[offer.args[0] :]
        else:
            return


class AfterHead:
    """The callbacks of a parser that is told once more, as its first, a head that the protocol knows already."""

    def __init__(self, protocol: HttpToolsProtocol) -> None:
        self._protocol = protocol
        self._known = True
        self.on_body = protocol.on_body
        self.on_message_complete = protocol.on_message_complete

    def on_message_begin(self) -> None:
        """Only later requests begin."""
        if not self._known:
            self._protocol.on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Only later requests have a target of their own."""
        if not self._known:
            self._protocol.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Only later requests have headers, the known one at most trailers."""
        if not self._known:
            self._protocol.on_header(name, value)

    def on_headers_complete(self) -> None:
        """The known head ends here."""
        if self._known:
            self._known = False
        else:
            self._protocol.on_headers_complete()


def framing_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    r"""Reduce a head to what tells how long its body is.

    >>> framing_of([(b"host", b"example.com"), (b"upgrade", b"h2c"), (b"content-length", b"3")])
    b'POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\n'
    """
    lines = [b"%s: %s\r\n" % header for header in headers if header[0] in _FRAMING]
    return b"".join([b"POST / HTTP/1.1\r\n", *lines, b"\r\n"])
