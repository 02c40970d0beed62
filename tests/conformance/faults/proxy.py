"""An HTTP/1.1 proxy of one server, one thread for each connection: a rule sees each request and makes its answer."""

import select
import socket
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

import h11

from tests.conformance.faults.messages import Ask, Reply, Request

ON_THE_WAY_BYTES = 1 << 20
"""Heads up to this size pass, so that what the server says to large ones is the server's own answer."""
PATIENCE_SECONDS = 30.0
PIECE = 1 << 16

Passing = Callable[[Request, Ask], Reply]
"""What the proxy does with a request; `Ask` sends one to the server, as often as wanted."""


class NoAnswer(Exception):
    """The server behind the proxy hung up."""


class Proxy:
    """Listens on loopback and passes on to a port of loopback."""

    def __init__(self, upstream: int, port: int = 0) -> None:
        self.upstream = upstream
        self.passing: Passing = lambda request, ask: ask(request)
        self._socket = socket.create_server(("127.0.0.1", port), backlog=128)
        self.mistakes: list[str] = []
        """What went wrong in a rule: the rule's fault, and nobody else's."""
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening, and hang up on everybody."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(PATIENCE_SECONDS)
        with self._lock:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._visit, args=(visitor,), daemon=True).start()

    def _visit(self, visitor: socket.socket) -> None:
        visitor.settimeout(None)
        visitor.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._open.add(visitor)
        behind = Upstream(self.upstream)
        try:
            serve(visitor, lambda request: self.passing(request, behind.ask))
        except (OSError, NoAnswer, h11.RemoteProtocolError):
            pass  # one of the two has gone
        except Exception:  # noqa: BLE001  # whatever a rule does wrong is told by the runner
            self.mistakes.append(traceback.format_exc())
        finally:
            with self._lock:
                self._open.discard(visitor)
            visitor.close()
            behind.close()


def serve(visitor: socket.socket, answered: Callable[[Request], Reply]) -> None:
    """Answer the requests of a connection, one after the other, until either side has had enough of it."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=ON_THE_WAY_BYTES)
    while (request := received(connection, visitor)) is not None:
        reply = answered(request)
        head = h11.Response(status_code=reply.status, headers=_sent(reply.headers), reason=reply.reason)
        whole = [connection.send(head)]
        if request.method != "HEAD" and reply.body:
            whole.append(connection.send(h11.Data(data=reply.body)))
        whole.append(connection.send(h11.EndOfMessage()))
        visitor.sendall(b"".join(piece for piece in whole if piece))
        if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
            return
        connection.start_next_cycle()


def received(connection: h11.Connection, visitor: socket.socket) -> Request | None:
    """The next request, whole; None when there is none."""
    request = Request()
    body = []
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(visitor.recv(PIECE))
        elif isinstance(event, h11.Request):
            request.method, request.target = event.method.decode(), event.target.decode("latin-1")
            request.headers = _written(event.headers)
        elif isinstance(event, h11.Data):
            body.append(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            request.body = b"".join(body)
            return request
        else:
            return None


class Upstream:
    """A connection to the server, opened when it is needed and again when the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._connection = h11.Connection(h11.CLIENT)

    def ask(self, request: Request) -> Reply:
        """Send a request and read the whole answer."""
        link = self._linked()
        target, headers = request.target.encode("latin-1"), _sent(request.headers)
        head = h11.Request(method=request.method, target=target, headers=headers)
        whole = [self._connection.send(head)]
        if request.body:
            whole.append(self._connection.send(h11.Data(data=request.body)))
        whole.append(self._connection.send(h11.EndOfMessage()))
        with suppress(BrokenPipeError, ConnectionResetError):  # it may answer before it has read all, and leave
            link.sendall(b"".join(piece for piece in whole if piece))
        try:
            reply = self._answer(link)
        except (OSError, h11.RemoteProtocolError, NoAnswer) as fault:
            self.close()
            raise NoAnswer from fault
        if self._connection.our_state is not h11.DONE or self._connection.their_state is not h11.DONE:
            self.close()
        else:
            self._connection.start_next_cycle()
        return reply

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _linked(self) -> socket.socket:
        if self._socket is not None and select.select([self._socket], [], [], 0)[0]:
            self.close()  # nothing was asked, so this is its goodbye
        if self._socket is None:
            try:
                self._socket = socket.create_connection(("127.0.0.1", self._port), PATIENCE_SECONDS)
            except OSError as fault:
                raise NoAnswer from fault
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=ON_THE_WAY_BYTES)
        return self._socket

    def _answer(self, link: socket.socket) -> Reply:
        reply = Reply()
        body = []
        while True:
            event = self._connection.next_event()
            if event is h11.NEED_DATA:
                self._connection.receive_data(link.recv(PIECE))
            elif isinstance(event, h11.Response):
                reply.status, reply.reason, reply.headers = event.status_code, event.reason, _written(event.headers)
            elif isinstance(event, h11.Data):
                body.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                reply.body = b"".join(body)
                return reply
            elif not isinstance(event, h11.InformationalResponse):
                raise NoAnswer


def _written(headers: h11._headers.Headers) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw_items()]


def _sent(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
