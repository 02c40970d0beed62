"""How a database tells of what others change in it: PostgreSQL by notifications, SQLite by a number of its file."""

import asyncio
import secrets
import select
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg

CHANNEL = "truecerta_changed"
"""What the triggers of migration 0004 tell: the code of a certificate, or nothing where it was something else."""

HELLO = "hello "
"""What a word begins with that is told only to find out whether it arrives."""

SECONDS = 2.0
"""For how long the database may keep us waiting for one answer."""

# Asked on the very connection that listens. PostgreSQL sends what others have committed before it says that it is ready
# again, so whoever has this answer has heard of everything that was committed before the question.
_STANDS = f"""
SELECT '{CHANNEL}' IN (SELECT pg_listening_channels()) AND 12 <= (
    SELECT count(*) FROM pg_trigger
    WHERE tgrelid IN (to_regclass('certificate'), to_regclass('course'), to_regclass('course_version'),
                      to_regclass('organization'))
    AND tgname IN ('tells_changed', 'tells_deleted', 'tells_emptied') AND tgenabled IN ('O', 'A')
)
"""  # noqa: S608  # a name of ours


class Deaf(Exception):
    """A connection on which changes are not told, whatever else it is good for."""


class Line:
    """An open connection on which PostgreSQL tells of changes."""

    def __init__(self, connection: asyncpg.Connection, url: str) -> None:
        self._connection = connection
        self._url = url
        # Of our own, so that its number is no other connection's once this one is closed.
        theirs = connection._transport.get_extra_info("socket")  # noqa: SLF001  # asyncpg has no public way to it
        self._wire = socket.fromfd(theirs.fileno(), theirs.family, theirs.type)
        poll = select.poll()
        poll.register(self._wire, select.POLLIN)
        self._arrived = poll.poll
        self._word = HELLO + secrets.token_hex(8)
        self._came = asyncio.Event()

    def hear(self, word: str) -> None:
        """What is told on the channel comes by here."""
        if word == self._word:
            self._came.set()

    def is_quiet(self) -> bool:
        """Whether nothing lies there unread, neither a notification nor the end of the connection; 0.3 µs."""
        return not self._arrived(0)

    async def ask(self) -> None:
        """Everything that was committed before this was called has been told when it returns; Deaf where it is not told."""
        if not await self._connection.fetchval(_STANDS):
            raise Deaf("The triggers are missing or switched off, or the connection does not listen any more.")

    async def prove(self) -> None:
        """What another connection tells arrives while this one rests; Deaf where a pooler keeps it to itself."""
        other = await _connect(self._url, "truecerta hello")
        try:
            await other.execute("SELECT pg_notify($1, $2)", CHANNEL, self._word)
            async with asyncio.timeout(SECONDS):
                await self._came.wait()
        except TimeoutError:
            raise Deaf("Notifications do not arrive: is there a pooler that pools transactions?") from None
        finally:
            await other.close(timeout=SECONDS)

    def close(self) -> None:
        """Let go of the wire."""
        self._wire.close()


@asynccontextmanager
async def listening(url: str, told: Callable[[str], None], ended: Callable[[], None]) -> AsyncIterator[Line]:
    """A connection of its own on which `told` hears of each change, and `ended` of its end, from the event loop."""
    connection = await _connect(url, "truecerta changes")
    line = Line(connection, url)

    def hear(_connection: object, _pid: int, _channel: str, word: str) -> None:
        line.hear(word)
        if not word.startswith(HELLO):
            told(word)

    try:
        connection.add_termination_listener(lambda _: ended())
        await connection.add_listener(CHANNEL, hear)
        yield line
    except Exception:
        connection.terminate()  # it may be one that answers nobody any more
        raise
    finally:
        line.close()
        with suppress(Exception):  # it is of no use any more, however it ends
            await connection.close(timeout=SECONDS)


class _Hearing(asyncpg.Connection):  # type: ignore[misc]  # asyncpg is not typed
    """Tells of a notification when it is read. asyncpg would in the next turn, and answer requests of this one before it."""

    def _process_notification(self, pid: int, channel: str, payload: str) -> None:
        for listener in tuple(self._listeners.get(channel, ())):
            listener.cb(self, pid, channel, payload)


async def _connect(url: str, name: str) -> asyncpg.Connection:
    settings = {"application_name": name, "timezone": "UTC", "statement_timeout": f"{SECONDS:.0f}s"}
    return await asyncpg.connect(
        url, timeout=SECONDS, command_timeout=SECONDS, server_settings=settings, connection_class=_Hearing
    )


class Watched:
    """A SQLite file, and a number that is another one after each commit of another connection, of any process.

    Reads only. While others are connected it has to be closed before them, or the file's journal stays behind.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = _identity(path)
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
        self._execute = self._connection.cursor().execute

    def version(self) -> int:
        """The number, which is worth comparing with those of the same object only; some µs."""
        (number,) = self._execute("PRAGMA data_version").fetchone()
        return int(number)

    def is_there(self) -> bool:
        """Whether the path still leads to the file that is open."""
        try:
            return _identity(self._path) == self._file
        except OSError:
            return False

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino
