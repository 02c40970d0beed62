"""The delivery worker that `serve` keeps beside itself: a process of its own, so that no slow receiver delays an answer.

It is replaced when it dies, ends gently when serving ends, and soon by itself when its parent is killed.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Self

import structlog
import typer

from server import commands, logs, working
from server.worker_process import PARENTS_SIGNALS, Lifeline, end_with_parent

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30.0
"""Before a worker that died is replaced; doubled each time."""

LIVED_SECONDS = 10.0
"""After so long it counts as one that works: its death is a new one."""

GRACE_SECONDS = 10.0
"""More than it takes for itself."""

NICER = 5
"""By so much it is nicer than those who answer: on a core that both want, it takes a quarter."""

_NONE, _RENEW, _END = "none", "renew", "end"
_spawn = get_context("spawn")
_log = structlog.get_logger()


def work(lifeline: Connection) -> None:
    """What the process does: the work, until it is told to end or its parent is gone."""
    os.nice(NICER)
    for number in PARENTS_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PARENTS_SIGNALS)
    threading.Thread(target=end_with_parent, args=(lifeline,), daemon=True).start()
    try:
        settings = commands.load_settings()
        logs.configure(settings)
        commands.run(working.work(settings, signals={signal.SIGTERM}, on_ready=lambda: None))
    except typer.Exit as end:
        sys.exit(end.exit_code)


class WorkerBeside:
    """Meanwhile one worker runs. It is watched from a thread, since serving keeps the main one."""

    def __init__(self, target: Callable[[Connection], None] = work) -> None:
        self._target = target
        self._wishes, self._wishing = _spawn.Pipe(duplex=False)
        self._lifeline = Lifeline()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._wishing.send(_END)
        self._thread.join()
        self._lifeline.close()
        self._wishing.close()
        self._wishes.close()

    def renew(self) -> None:
        """Replace it by one that imports the code anew."""
        self._wishing.send(_RENEW)

    def _watch(self) -> None:
        pause, wish = FIRST_PAUSE_SECONDS, _RENEW
        while wish != _END:
            began = time.monotonic()
            wish = self._wish_of_its_life()
            if wish == _NONE:
                pause = FIRST_PAUSE_SECONDS if time.monotonic() - began >= LIVED_SECONDS else pause
                _log.info("delivery worker follows", in_seconds=pause)
                wish = self._wishes.recv() if self._wishes.poll(pause) else _NONE
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _wish_of_its_life(self) -> str:
        """Start one, and answer when it is gone: with the wish for which it ended, or none where it died."""
        try:
            process = self._start()
        except OSError as fault:
            _log.error("delivery worker not started", reason=str(fault))
            return _NONE
        if self._wishes in wait([self._wishes, process.sentinel]):
            wish: str = self._wishes.recv()
            _end(process)
            return wish
        process.join()
        if process.exitcode == 0:  # a service manager tells every process to end, this one too
            _log.info("delivery worker ended", pid=process.pid)
        else:
            _log.warning("delivery worker died", pid=process.pid, exit_code=process.exitcode)
        return _NONE

    def _start(self) -> SpawnProcess:
        process = _spawn.Process(target=self._target, args=(self._lifeline.reader,), daemon=True)
        # Blocked signals stay blocked in the new process until it has said what to do with them.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, PARENTS_SIGNALS)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        _log.info("delivery worker started", pid=process.pid)
        return process


def _end(process: SpawnProcess) -> None:
    process.terminate()
    process.join(GRACE_SECONDS)
    if process.is_alive():
        _log.warning("delivery worker killed", pid=process.pid)
        process.kill()
        process.join()
