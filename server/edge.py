"""What meets the network first: no client can hold a connection, or our memory, by sending slowly, endlessly or askew.

uvicorn's own protocol limits none of this. The class below adds it by leaning on inner parts of uvicorn 0.54 and
httptools (`cycle`, `pipeline`, `flow`, the parser's callbacks), which may change in any minor version: uvicorn is
pinned to one, and tests/server/test_edge.py holds each promise with raw sockets.
"""

import asyncio
import secrets
from asyncio import TimerHandle
from enum import Enum
from typing import Any, ClassVar

import httptools
import structlog
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from rules.errors import Refused
from server import whole_answers
from server.edge_refusals import closing_answer, refusal
from server.edge_upgrade import feed_declining_upgrades
from server.errors import STATUS
from server.request_head import ambiguity

_log = structlog.get_logger()


class Stage(Enum):
    """What a connection is waiting for from its client."""

    HEAD = "head"
    BODY = "body"
    NOTHING = "nothing"


class EdgeProtocol(HttpToolsProtocol):
    """One connection: heads up to 64 kB, heads and bodies within 10 seconds each, one meaning per request.

    What breaks a rule gets one JSON answer (after the answers still owed to earlier requests) and a closed connection.
    Times are in seconds; a subclass may set others.
    """

    head_bytes: ClassVar[int] = 64 * 1024
    head_seconds: ClassVar[float] = 10
    body_seconds: ClassVar[float] = 10
    # Longer than the 60 seconds for which common proxies keep a connection: the proxy should be the one to close it.
    idle_seconds: ClassVar[int] = 75
    # How long a client may leave an answer unread.
    unread_seconds: ClassVar[float] = 30
    # How long to go on reading after a refusal: closing on unread input would reset the connection and lose the answer.
    linger_seconds: ClassVar[float] = 1
    # How long a request that is already on its way may still arrive when the server shuts down.
    drain_seconds: ClassVar[float] = 0.5
    most_connections: ClassVar[int] = 4096

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.timeout_keep_alive = self.idle_seconds
        self._stage = Stage.HEAD
        self._silent = True
        self._withheld = 0  # bytes received that have led to nothing so far
        self._chunk = 0  # bytes that came together with the last one
        self._head_at_most = 0  # bytes among which the head that is being received is
        self._owed = 0  # answers to requests whose head was accepted
        self._refused: Refused | None = None
        self._leaving = False
        self._deadline: TimerHandle | None = None
        self._unread: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """A connection counts from its first moment, also while its client is silent."""
        super().connection_made(transport)
        if len(self.connections) > self.most_connections:
            self._refuse(refusal("unavailable"))
        else:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """A lost connection leaves no timer behind."""
        for timer in (self._deadline, self._unread):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Nothing that follows a refused request is looked at."""
        if self._refused is not None:
            return
        self._chunk = len(data)
        self._withheld += self._chunk
        self._head_at_most += self._chunk
        try:
            feed_declining_upgrades(self, data)
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(cause if isinstance(cause, Refused) else refusal("bad_request"))
            return
        if self._withheld > self.head_bytes:
            self._refuse(refusal("request_header_fields_too_large"))
        else:
            self._watch()

    def on_message_begin(self) -> None:
        """A request begins with its first byte; blank lines before it don't prolong idleness."""
        if self._stage is not Stage.HEAD:
            self._enter(Stage.HEAD)
        self._unset_keepalive_if_required()
        self._silent = False
        self._withheld = 0
        self._head_at_most = self._chunk
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Only a head of bounded size and with one meaning reaches the application."""
        if self._head_at_most > self.head_bytes and self._head_size() > self.head_bytes:
            raise refusal("request_header_fields_too_large")
        problem = ambiguity(self.parser.get_http_version(), self.headers)
        if problem:
            raise refusal("bad_request", problem)
        super().on_headers_complete()
        self.scope["extensions"] = whole_answers.offered(self.cycle)
        # Trailers go to a list that nobody reads: the application must not take them for headers.
        self.headers = []
        self._owed += 1
        self._withheld = 0
        if self._leaving:
            self.cycle.keep_alive = False
        self._enter(Stage.BODY)

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def on_body(self, body: bytes) -> None:
        """A body is counted by the application, which knows its limits."""
        self._withheld = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A complete request has nothing more to be waited for."""
        if self.parser.should_upgrade():
            return  # it may have a body all the same
        self._withheld = 0
        self._enter(Stage.NOTHING)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """A refusal waits for the answers owed to earlier requests, so that none is taken for another's."""
        self._owed -= 1
        super().on_response_complete()
        if self._stage is not Stage.NOTHING or self._refused is not None:
            self._unset_keepalive_if_required()
        if self._refused is not None and not self._owed:
            self._answer(self._refused)

    def timeout_keep_alive_handler(self) -> None:
        """An idle connection is dropped together with whatever its client hasn't read by then."""
        self.transport.abort()

    def pause_writing(self) -> None:
        """Answers that a client doesn't read don't pile up for ever."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.unread_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """A client that reads again is forgiven."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()

    def shutdown(self) -> None:
        """Requests received or on their way are still answered; the connection closes after them."""
        self._leaving = True
        if self._owed:
            super().shutdown()
        elif self._refused is None:
            self.loop.call_later(self.drain_seconds, self._leave)

    def _leave(self) -> None:
        begun = self._stage is Stage.HEAD and not self._silent
        if not self._owed and not begun:
            self.transport.close()

    def _enter(self, stage: Stage) -> None:
        self._stage = stage
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _watch(self) -> None:
        """Set the deadline of what the client has begun; further bytes don't move it."""
        if self._deadline is None and self._stage is not Stage.NOTHING:
            seconds = self.head_seconds if self._stage is Stage.HEAD else self.body_seconds
            self._deadline = self.loop.call_later(seconds, self._overdue)

    def _overdue(self) -> None:
        self._deadline = None
        earlier = self._owed - 1 if self._stage is Stage.BODY else self._owed
        if self.flow.read_paused or earlier > 0:
            self._watch()  # it is the client who waits for us
        elif self._silent:
            self.transport.close()  # it never sent anything: there is no request to answer
        else:
            self._refuse(refusal("request_timeout"))

    def _refuse(self, refused: Refused) -> None:
        if self._stage is Stage.BODY:
            if self.cycle.response_started:  # too late for another answer
                self.transport.close()
                return
            self._withdraw()
        self._refused = refused
        self._enter(Stage.NOTHING)
        self._unset_keepalive_if_required()
        if not self._owed:
            self._answer(refused)

    def _withdraw(self) -> None:
        """Take the request that is being received away from the application, whether it has begun with it or not."""
        if self.pipeline:
            self.pipeline.popleft()
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        self._owed -= 1

    def _answer(self, refused: Refused) -> None:
        if self.transport.is_closing():
            return
        request_id = secrets.token_hex(16)
        _log.info(
            "request_refused",
            status=STATUS[refused.code],
            code=refused.code,
            request_id=request_id,
            client=self.client[0] if self.client else None,
        )
        self.transport.write(closing_answer(refused, request_id, self.server_state.default_headers))
        self.transport.write_eof()
        self._deadline = self.loop.call_later(self.linger_seconds, self.transport.abort)
