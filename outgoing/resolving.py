"""Names become addresses without stalling anybody else: the system's resolver blocks, so it has threads of its own."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""All addresses of a host, best first; OSError when it has none. Whoever asks sets the deadline."""

LookUp = Callable[[str, int], list[str]]

THREADS = 64


def look_up(host: str, port: int) -> list[str]:
    """The system is asked as it is for any program (hosts file included); it may take its time.

    >>> look_up("127.0.0.1", 80)
    ['127.0.0.1']
    """
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class SystemResolver:
    """At most 64 names are looked up at once, each in a thread; the others wait for their turn."""

    # A thread for each look-up rather than an executor: its threads are waited for when the process ends, and a name
    # server that does not answer would hold up the exit for as long as it is asked. These are just left behind.

    def __init__(self, look_up: LookUp = look_up, threads: int = THREADS) -> None:
        self._look_up = look_up
        self._free = asyncio.Semaphore(threads)

    async def __call__(self, host: str, port: int) -> list[str]:
        """Whoever no longer waits leaves the thread at work; its place is free only when it is done."""
        await self._free.acquire()
        look = _Look(self._look_up, self._free.release)
        try:
            threading.Thread(target=look.run, args=(host, port), name=f"dns {host}", daemon=True).start()
        except RuntimeError as error:  # the system has no thread left
            self._free.release()
            raise OSError(str(error)) from error
        return await look.found


class _Look:
    """One look-up: a thread on one side, and on the other the loop that it reports to."""

    def __init__(self, look_up: LookUp, done: Callable[[], None]) -> None:
        self._look_up = look_up
        self._done = done
        self._loop = asyncio.get_running_loop()
        self.found: asyncio.Future[list[str]] = self._loop.create_future()

    def run(self, host: str, port: int) -> None:
        try:
            outcome: list[str] | OSError = self._look_up(host, port)
        except (OSError, UnicodeError) as error:
            outcome = OSError(str(error))
        with suppress(RuntimeError):  # the loop was closed meanwhile
            self._loop.call_soon_threadsafe(self._settle, outcome)

    def _settle(self, outcome: list[str] | OSError) -> None:
        self._done()
        if self.found.done():
            return
        if isinstance(outcome, OSError):
            self.found.set_exception(outcome)
        else:
            self.found.set_result(outcome)
