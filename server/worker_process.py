"""One of several processes that serve the same port; it lives no longer than the parent that watches over it."""

import os
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from server.graceful import Plan, run_server

# Signals from a terminal reach the whole group; the parent decides what they mean for its workers.
PARENTS_SIGNALS = {signal.SIGINT, signal.SIGHUP}
# How long answers may still take after the parent was killed.
_ORPHAN_SECONDS = 1.0

_SERVING = "serving"

_spawn = get_context("spawn")


@dataclass(eq=False)
class Worker:
    """A worker as its parent sees it."""

    process: SpawnProcess
    news: Connection
    ready: bool = False
    outdated: bool = False
    kill_at: float | None = None

    def tells_that_it_serves(self) -> bool:
        """Read its news; a closed pipe only means that it has ended."""
        try:
            self.ready = self.news.recv() == _SERVING
        except EOFError:
            self.news.close()
            return False
        return self.ready

    @property
    def retired(self) -> bool:
        """Whether it has been told to end."""
        return self.kill_at is not None

    def retire(self, seconds: float) -> None:
        """Ask it to finish what it has accepted and to end, which may take so long and no longer."""
        self.kill_at = time.monotonic() + seconds
        self.process.terminate()


class Lifeline:
    """A pipe that only the parent can write to: when the parent is gone, however it went, its readers notice."""

    def __init__(self) -> None:
        self.reader, self._writer = _spawn.Pipe(duplex=False)

    def close(self) -> None:
        """Let go of both ends."""
        self.reader.close()
        self._writer.close()


def start_worker(listener: socket.socket, plan: Plan, lifeline: Lifeline) -> Worker:
    """Start a process of its own, with nothing inherited but the port and two pipes."""
    news, telling = _spawn.Pipe(duplex=False)
    process = _spawn.Process(target=_work, args=(listener, plan, lifeline.reader, telling))
    # Blocked signals stay blocked in the new process until it has said what to do with them.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, PARENTS_SIGNALS)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        telling.close()
    return Worker(process, news)


def _work(listener: socket.socket, plan: Plan, lifeline: Connection, telling: Connection) -> None:
    for number in PARENTS_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PARENTS_SIGNALS)
    threading.Thread(target=end_with_parent, args=(lifeline,), daemon=True).start()
    # Being told twice to stop is no insistence here: a service manager tells the whole group, and so does the parent.
    ended_well = run_server(
        listener, plan, signals={signal.SIGTERM}, insistence=False, on_ready=lambda: telling.send(_SERVING)
    )
    sys.exit(0 if ended_well else 1)


def end_with_parent(lifeline: Connection) -> None:
    """Wait for the parent's end, then end too: gently for a moment, and in any case."""
    lifeline.poll(None)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_ORPHAN_SECONDS)
    os._exit(1)
