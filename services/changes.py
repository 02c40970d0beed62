"""Changes: whether what was read a moment ago may still be given, or somebody has committed something since."""

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import structlog

from models import changes, database
from services import elapsed

LEASE = 0.8
"""Seconds for which an answer on the line is believed, counted from when the question was sent."""
EVERY = 0.2
"""Seconds between two questions, and between two looks at whether SQLite's file is still the same."""
PAUSE = 1.0
"""Seconds between two attempts to reach a database that is away."""

_log = structlog.get_logger()


class Changes(ABC):
    """What everybody commits, heard in this process.

    `mark` rises with each change, and whenever some may have been missed. Who reads something to keep it notes the mark
    before, and keeps it only if `trusted()` and the mark is still the same afterwards.
    """

    def __init__(self) -> None:
        self.mark = 0
        self._subscribers: list[Callable[[str | None], None]] = []
        self._since: float | None = None

    @staticmethod
    def at(url: str) -> "Changes":
        """The changes of the database with this address; nothing is trusted before `heard`."""
        path = database.sqlite_path(url)
        return Notified(url) if path is None else Counted(path)

    @abstractmethod
    def trusted(self) -> bool:
        """Whether everything that was acknowledged to its author before the last `LEASE` seconds has been told here.

        Asked for each answer that is given again: 0.4 µs on PostgreSQL, 3 µs on SQLite.
        """

    @abstractmethod
    def heard(self) -> AbstractAsyncContextManager[None]:
        """Changes are heard meanwhile. A database that is away keeps nobody waiting: nothing is trusted until it is back."""

    def subscribe(self, subscriber: Callable[[str | None], None]) -> None:
        """Call this with the code of each certificate that changes, and with None when anything else may have changed."""
        self._subscribers.append(subscriber)

    def made_here(self, code: str | None) -> None:
        """This process has changed a certificate, or something else: it need not wait until it is told so."""
        self._tell(code)

    def _tell(self, code: str | None) -> None:
        self.mark += 1
        for subscriber in self._subscribers:
            subscriber(code)

    def _lost(self, fault: Exception) -> None:
        """What happens meanwhile is missed. Told in the log once, at the beginning."""
        self._tell(None)
        if self._since is None:
            self._since = elapsed.seconds()
            _log.warning("changes not heard", reason=f"{type(fault).__name__}: {fault}"[:500])

    def _found(self) -> None:
        """From now on changes are heard; what was missed is not known."""
        self._tell(None)
        if self._since is not None:
            _log.info("changes heard again", away_seconds=round(elapsed.seconds() - self._since, 1))
            self._since = None


class Notified(Changes):
    """PostgreSQL tells on a connection that is asked again and again whether it still does.

    An answer on it shows that everything committed before the question has come in. So a connection that was cut without a
    word, a server that stands still and a process that was held up end the trust by themselves.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._line: changes.Line | None = None
        self._until = 0.0
        self._was_quiet = False

    def trusted(self) -> bool:
        """Whether the line was asked a moment ago, and nothing has come in that was not read yet, such as its end.

        To look at the line is a system call: it is made once for all who ask in one turn of the event loop, whose
        requests had come in before it.
        """
        if elapsed.seconds() >= self._until or self._line is None:
            return False
        if not self._was_quiet and self._line.is_quiet():
            self._was_quiet = True
            asyncio.get_running_loop().call_soon(self._look_again)
        return self._was_quiet

    def _look_again(self) -> None:
        self._was_quiet = False

    @asynccontextmanager
    async def heard(self) -> AsyncIterator[None]:
        """Listen, and begin anew whenever the connection is lost."""
        listening = asyncio.create_task(self._listen_on())
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.wait([listening])

    async def _listen_on(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as fault:  # noqa: BLE001  # whatever it is, answers are read from the database meanwhile
                self._lost(fault)
            finally:
                self._distrust()
            await asyncio.sleep(PAUSE)

    async def _listen(self) -> None:
        async with changes.listening(self._url, self._told, self._distrust) as line:
            await line.prove()
            await line.ask()
            self._found()
            self._line = line
            while True:
                asked = elapsed.seconds()
                await line.ask()
                self._until = asked + LEASE
                await asyncio.sleep(EVERY)

    def _told(self, word: str) -> None:
        self._tell(word or None)

    def _distrust(self) -> None:
        self._until, self._line, self._was_quiet = 0.0, None, False


class Counted(Changes):
    """SQLite has a number that is another one after each commit. It is asked for it each time."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file: changes.Watched | None = None
        self._version = 0
        self._next_look = 0.0
        self._over = False

    def trusted(self) -> bool:
        """Whether the file can be asked; what it says is told first."""
        if self._over:
            return False
        try:
            if elapsed.seconds() >= self._next_look:
                self._look()
            if self._file is None:
                return False
            version = self._file.version()
        except (sqlite3.Error, OSError) as fault:
            self._let_go()
            self._lost(fault)
            return False
        if version != self._version:
            self._version = version
            self._tell(None)
        return True

    @asynccontextmanager
    async def heard(self) -> AsyncIterator[None]:
        """The file is opened when it is first asked for, and closed at the end, before anybody who writes to it."""
        self._over = False
        try:
            yield
        finally:
            self._over = True
            self._let_go()

    def _look(self) -> None:
        """Open the file, anew if another one lies in its place."""
        self._next_look = elapsed.seconds() + EVERY
        if self._file is not None and not self._file.is_there():
            self._let_go()
        if self._file is None:
            self._file = changes.Watched(self._path)
            self._version = self._file.version()
            self._found()

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
