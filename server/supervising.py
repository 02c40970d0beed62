"""The parent of several workers holds the port; workers come and go, and no connection is lost by it.

The parent listens but never accepts. A connection that nobody has accepted yet waits in the socket's queue, which lives as
long as the parent, so whichever worker is next takes it. Hence

- a worker that dies is replaced, and only the requests it was answering are lost;
- SIGHUP replaces every worker, one after the other, by one that imports the code anew: a replacement is started beside
  the others; once it serves, an old one stops accepting, answers what it has accepted and ends. If a replacement does not
  start, the old workers stay;
- SIGTERM or SIGINT ends all of them in the same gentle way, a second one abruptly.
"""

import contextlib
import signal
import socket
import time
from collections.abc import Callable, Generator
from functools import partial
from multiprocessing.connection import wait

import structlog

from server.graceful import SAME_WISH_SECONDS, Plan
from server.worker_process import Lifeline, Worker, start_worker

_log = structlog.get_logger()

_STOPPING = {signal.SIGTERM, signal.SIGINT}
# Between attempts to start a worker that dies before it serves.
_RETRY_SECONDS = 1.0
# Beyond the grace that workers give to requests, for ending themselves.
_SPARE_SECONDS = 5.0


class Supervisor:
    """Keeps as many workers serving as were asked for, until told to stop."""

    def __init__(
        self, listener: socket.socket, plan: Plan, count: int, on_renewal: Callable[[], None] | None = None
    ) -> None:
        self._listener = listener
        self._plan = plan
        self._count = count
        self._on_renewal = on_renewal
        self._workers: list[Worker] = []
        self._lifeline = Lifeline()
        self._ever_ready = False
        self._ended_well = True
        self._start_after = 0.0
        self._told_at: float | None = None

    def run(self) -> bool:
        """Serve until a signal, and tell whether all ended well: every worker started once, and none was cut short."""
        with self._signals() as heard:
            try:
                self._balance()
                while self._workers or self._told_at is None:
                    self._wait(heard)
                    self._balance()
            finally:
                self._kill(*self._workers)
                self._lifeline.close()
        return self._ended_well

    @contextlib.contextmanager
    def _signals(self) -> Generator[socket.socket, None, None]:
        """Turn signals into bytes that can be waited for together with everything else."""
        heard, telling = socket.socketpair()
        telling.setblocking(False)  # noqa: FBT003  # so it is called
        saved_fd = signal.set_wakeup_fd(telling.fileno())
        saved = {number: signal.signal(number, lambda *_: None) for number in (*_STOPPING, signal.SIGHUP)}
        try:
            yield heard
        finally:
            for number, handler in saved.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(saved_fd)
            heard.close()
            telling.close()

    def _wait(self, heard: socket.socket) -> None:
        """Wait for whatever comes first: a signal, a worker's news, a worker's end, or the time to act."""
        awaited: dict[object, Callable[[], None]] = {heard: partial(self._listen_to, heard)}
        for worker in self._workers:
            awaited[worker.process.sentinel] = partial(self._bury, worker)
            if not worker.news.closed:
                awaited[worker.news] = partial(self._hear, worker)
        for event in wait([*awaited], self._patience()):  # type: ignore[list-item]  # sockets, pipes and descriptors
            awaited[event]()
        for worker in self._workers:
            if worker.kill_at is not None and worker.kill_at <= time.monotonic():
                self._kill(worker)

    def _patience(self) -> float | None:
        now = time.monotonic()
        moments = [worker.kill_at for worker in self._workers if worker.kill_at is not None]
        if self._start_after > now:
            moments.append(self._start_after)
        return max(0.0, min(moments) - now) if moments else None

    def _listen_to(self, heard: socket.socket) -> None:
        for number in heard.recv(64):
            now = time.monotonic()
            if number == signal.SIGHUP:
                self._renew(outdated=True)
                if self._on_renewal:
                    self._on_renewal()
            elif self._told_at is None:
                self._stop()
            elif now - self._told_at > SAME_WISH_SECONDS:
                self._kill(*self._workers)

    def _renew(self, *, outdated: bool) -> None:
        for worker in self._workers:
            worker.outdated = outdated

    def _stop(self) -> None:
        self._told_at = time.monotonic()
        # Else clients would go on queueing for workers that no longer accept.
        self._listener.close()
        for worker in self._workers:
            if not worker.retired:
                self._retire(worker)

    def _retire(self, worker: Worker) -> None:
        _log.info("worker_retired", pid=worker.process.pid)
        worker.retire(self._plan.grace_seconds + _SPARE_SECONDS)

    def _hear(self, worker: Worker) -> None:
        if worker in self._workers and worker.tells_that_it_serves():
            self._ever_ready = True
            _log.info("worker_ready", pid=worker.process.pid)

    def _bury(self, worker: Worker) -> None:
        worker.process.join()
        worker.news.close()
        self._workers.remove(worker)
        if worker.retired:
            return
        _log.warning("worker_died", pid=worker.process.pid, exit_code=worker.process.exitcode, served=worker.ready)
        if not worker.ready:
            self._start_after = time.monotonic() + _RETRY_SECONDS
            self._renew(outdated=False)
            if not self._ever_ready:
                self._ended_well = False
                self._stop()

    def _balance(self) -> None:
        """Move one step at a time towards the wanted number of workers, none of them outdated."""
        while self._told_at is None and time.monotonic() >= self._start_after and self._step():
            pass

    def _step(self) -> bool:
        present = [worker for worker in self._workers if not worker.retired]
        outdated = [worker for worker in present if worker.outdated]
        starting = any(not worker.ready for worker in present)
        if len(present) < self._count or (outdated and not starting and len(present) == self._count):
            self._workers.append(start_worker(self._listener, self._plan, self._lifeline))
            return True
        if len(present) > self._count and not starting:
            self._retire((outdated or present)[0])
            return True
        return False

    def _kill(self, *workers: Worker) -> None:
        for worker in workers:
            self._ended_well = self._ended_well and self._told_at is None
            worker.process.kill()
