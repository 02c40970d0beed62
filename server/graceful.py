"""A server that is told to stop takes no new connections, answers what it has accepted, and hands control back.

It builds on inner parts of uvicorn 0.54 (`capture_signals`, `startup`, `shutdown`, `_wait_tasks_to_complete`), which is
pinned to its minor version; tests/server/test_serving.py holds what is promised here.
"""

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass
from types import FrameType

from uvicorn import Config, Server

# One key press or one `systemctl stop` can reach a process twice, through its group and through its parent.
SAME_WISH_SECONDS = 0.5


@dataclass(frozen=True)
class Plan:
    """What to serve and how: import strings, since worker processes import for themselves."""

    app: str = "server.app:create_from_environment"
    protocol: str = "server.edge:EdgeProtocol"
    grace_seconds: int = 30


class GracefulServer(Server):
    """uvicorn's server, but a signal only ends the serving: what comes after it in the process still runs.

    The first signal finishes accepted requests; where `insistence` is heard, a second one drops them.
    """

    def __init__(
        self, config: Config, *, signals: Collection[int], insistence: bool, on_ready: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._signals = signals
        self._insistence = insistence
        self._on_ready = on_ready
        self._told_at = 0.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell that requests are being answered from now on."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are heard while serving and not raised again afterwards, unlike in uvicorn."""
        saved = {number: signal.signal(number, self.handle_exit) for number in self._signals}
        try:
            yield
        finally:
            for number, handler in saved.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  # the shape of a signal handler
        """The first signal asks, a later one insists."""
        now = time.monotonic()
        if not self.should_exit:
            self.should_exit = True
            self._told_at = now
        elif self._insistence and now - self._told_at > SAME_WISH_SECONDS:
            self.force_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Whoever has connected is let in before the port closes, also when the signal came first."""
        for _ in range(2):
            await asyncio.sleep(0)
        await super().shutdown(sockets)

    async def _wait_tasks_to_complete(self) -> None:
        # A connection that was accepted just before the port closed has missed the first call.
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await super()._wait_tasks_to_complete()


def run_server(
    listener: socket.socket,
    plan: Plan,
    *,
    signals: Collection[int],
    insistence: bool,
    on_ready: Callable[[], None],
) -> bool:
    """Serve on a listening socket until a signal, and tell whether all ended well: started, and not cut short."""
    config = Config(
        plan.app,
        factory=True,
        interface="asgi3",
        loop="uvloop",
        http=plan.protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        # The address of a client behind a proxy is for the application to find, which knows the trusted proxies.
        proxy_headers=False,
        server_header=False,
        date_header=True,
        # The edge has a limit of its own, whose answer has the error's shape.
        limit_concurrency=None,
        backlog=2048,
        timeout_graceful_shutdown=plan.grace_seconds,
        workers=1,
    )
    server = GracefulServer(config, signals=signals, insistence=insistence, on_ready=on_ready)
    try:
        server.run(sockets=[listener])
    except SystemExit:  # uvicorn's way to say that the application did not start; it has logged why
        return False
    return server.started and not server.force_exit
