"""Names become addresses without stalling anybody else: the system's resolver blocks, so it has threads of its own."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""All addresses of a host, best first; OSError when it has none. Whoever asks sets the deadline."""

LookUp = Callable[[str, int], list[str]]
Outcome = list[str] | OSError

MOST = 512
"""More look-ups than attempts and registrations are under way at once, with room for those that outlive theirs."""


class NoRoom(OSError):
    """A name was not looked up, which says nothing of the name."""


def look_up(host: str, port: int) -> list[str]:
    """The system is asked as it is for any program (hosts file included); it may take its time.

    >>> look_up("127.0.0.1", 80)
    ['127.0.0.1']
    """
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class SystemResolver:
    """Each name is looked up in a thread, and once at a time: whoever asks meanwhile hears the same answer.

    So a name whose server is dead takes one place, however often it is asked for. Nobody waits for a place: where there is
    none, NoRoom says so at once.
    """

    # A thread for each look-up rather than an executor: its threads are waited for when the process ends, and a name
    # server that does not answer would hold up the exit for as long as it is asked. These are just left behind.

    def __init__(self, look_up: LookUp = look_up, most: int = MOST) -> None:
        self._look_up = look_up
        self._most = most
        self._running: dict[str, asyncio.Future[Outcome]] = {}

    async def __call__(self, host: str, port: int) -> list[str]:
        """Whoever no longer waits leaves the thread at work; its place is free only when it is done."""
        outcome = await asyncio.shield(self._running.get(host) or self._begun(host, port))
        if isinstance(outcome, OSError):
            raise OSError(str(outcome))
        return [*outcome]

    def _begun(self, host: str, port: int) -> asyncio.Future[Outcome]:
        if len(self._running) >= self._most:
            raise NoRoom(f"{self._most} names are being looked up already.")
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Outcome] = loop.create_future()

        def settle(outcome: Outcome) -> None:
            del self._running[host]
            found.set_result(outcome)

        def run() -> None:
            outcome = self._outcome(host, port)
            with suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(settle, outcome)

        try:
            threading.Thread(target=run, name=f"dns {host}", daemon=True).start()
        except RuntimeError as error:  # the system has no thread left
            raise NoRoom(str(error)) from error
        self._running[host] = found
        return found

    def _outcome(self, host: str, port: int) -> Outcome:
        try:
            return self._look_up(host, port)
        except Exception as error:  # noqa: BLE001  # whatever it was, the place becomes free
            return OSError(str(error))
