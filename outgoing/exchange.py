"""A request and its answer on one connection, spoken by httpcore: it follows, unpacks and remembers nothing."""

import asyncio
from collections.abc import Mapping

import httpcore

from outgoing.answers import Received, Unreachable
from outgoing.lines import LONGEST_HEAD, Enough, Line
from outgoing.targets import Target

LONGEST_BODY = 64 * 1024
"""Bytes read of an answer after its head."""

BODY_SECONDS = 1.0
"""How long they are waited for: the status has told what matters, and whoever drips must not hold a place for it."""

AGENT = "TrueCerta"
_CLOSED = "The connection was closed before an answer came."


class Exchange:
    """What has come of the answer so far stays known, whatever then becomes of the rest."""

    def __init__(self, target: Target, headers: Mapping[str, str], body: bytes) -> None:
        scheme = "https" if target.is_tls else "http"
        url = httpcore.URL(scheme=scheme, host=target.host, port=target.port, target=target.path)
        self._request = httpcore.Request("POST", url, headers=_headers(target, headers, body), content=body)
        self._response: httpcore.Response | None = None
        self._body = bytearray()

    @property
    def received(self) -> Received | None:
        """The answer as far as it came; None as long as there is no whole head."""
        if self._response is None:
            return None
        asked = (value.decode("latin-1") for name, value in self._response.headers if name.lower() == b"retry-after")
        return Received(self._response.status, next(asked, None), bytes(self._body[:LONGEST_BODY]))

    async def run(self, line: Line) -> None:
        """It ends with the answer, or where that breaks off; Unreachable when there was no status before that."""
        self._response = await self._head(httpcore.AsyncHTTP11Connection(self._request.url.origin, line))
        line.allow(LONGEST_BODY)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                await self._read_body(self._response)
        except (TimeoutError, Enough, httpcore.NetworkError, httpcore.ProtocolError):
            return  # the status has arrived, and it counts

    async def _read_body(self, response: httpcore.Response) -> None:
        """Until it ends by itself: httpcore's generators are left tidy only then (hence `allow`, not `break`)."""
        async for piece in response.aiter_stream():
            self._body += piece

    async def _head(self, connection: httpcore.AsyncHTTP11Connection) -> httpcore.Response:
        try:
            return await connection.handle_async_request(self._request)
        except Enough:
            raise Unreachable(f"The head of the answer is longer than {LONGEST_HEAD // 1024} kB.") from None
        except httpcore.RemoteProtocolError as error:
            # Its cause is what the parser could not read; there is none when the other side ended before that.
            raise Unreachable("The answer is not HTTP." if error.__cause__ else _CLOSED) from error
        except httpcore.NetworkError as error:
            raise Unreachable(_CLOSED) from error


def _headers(target: Target, headers: Mapping[str, str], body: bytes) -> list[tuple[str, str]]:
    ours = {
        "Host": target.authority,
        "Content-Length": str(len(body)),
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    fixed = {name.lower() for name in ours}
    theirs = {name: value for name, value in headers.items() if name.lower() not in fixed}
    if "user-agent" not in {name.lower() for name in theirs}:
        ours["User-Agent"] = AGENT
    return [*ours.items(), *theirs.items()]
