"""The press: a child process that sets documents, one at a time, each within its time, and is replaced when it fails."""

import asyncio
import base64
import contextlib
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson

from printing import fonts

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"
MEMORY = 512 * 1024 * 1024
"""How much address space the child may have; it takes a third of it."""
ENVIRONMENT: Mapping[str, str] = {"RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
"""Nothing of ours: one thread that sets, and memory that is given back."""
_LENGTH = struct.Struct(">I")


class Jammed(Exception):
    """The child ended, or took too long: there is no document, and the same order may do better with the next child."""


class Misprint(Exception):
    """A template is wrong: the same order fails each time."""


def order(*, template: str, form: str, facts: bytes, logo: bytes | None) -> bytes:
    """What a child is told to set; `facts` are JSON, `logo` is a PNG."""
    picture = None if logo is None else base64.b64encode(logo).decode("ascii")
    said = {"template": template, "form": form, "facts": orjson.Fragment(facts), "logo": picture}
    return orjson.dumps(said)


class Press:
    """At most one child at a time, started with the first order, and ended after `idle` seconds without one.

    A document that takes more than `seconds` is given up, and its child killed. If this process dies, the child ends as
    soon as the pipe is closed, or when its time for one document is up.
    """

    def __init__(
        self, *, seconds: float = 10, idle: float = 60, memory: int = MEMORY, templates: Path = TEMPLATES
    ) -> None:
        self._seconds = seconds
        self._idle = idle
        settings = {"templates": str(templates), "fonts": fonts.folders(), "memory": memory, "seconds": seconds + 1}
        self._command = (sys.executable, "-I", "-B", str(FOLDER / "child.py"), orjson.dumps(settings).decode())
        self._child: asyncio.subprocess.Process | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._turn = asyncio.Lock()
        self._orders: set[asyncio.Task[bytes]] = set()

    @property
    def child(self) -> int | None:
        """The number of the process that is ready for orders, if there is one."""
        return self._child.pid if self._child is not None and self._child.returncode is None else None

    async def set(self, wanted: bytes) -> bytes:
        """The document that an order makes, after those before it. Raises Jammed and Misprint.

        An order that was given is carried out, also when nobody waits for it any more: that costs less than another child.
        """
        task = asyncio.create_task(self._carried_out(wanted))
        self._orders.add(task)
        task.add_done_callback(self._over)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Give up the orders, and end the child."""
        orders = tuple(self._orders)
        for task in orders:
            task.cancel()
        await asyncio.gather(*orders, return_exceptions=True)
        if self._rest is not None:
            self._rest.cancel()
        await self._end()

    def _over(self, task: asyncio.Task[bytes]) -> None:
        self._orders.discard(task)
        if not task.cancelled():
            task.exception()  # seen, in case that whoever gave the order has left

    async def _carried_out(self, wanted: bytes) -> bytes:
        async with self._turn:
            if self._rest is not None:
                self._rest.cancel()
            try:
                async with asyncio.timeout(self._seconds):
                    made = await self._exchanged(wanted)
            except BaseException as fault:  # what is left in the pipe would be taken for the next answer
                await self._end()
                if isinstance(fault, (OSError, EOFError)):
                    raise Jammed(f"The child that sets documents {_what_happened(fault)}.") from fault
                raise
            self._rest = asyncio.get_running_loop().call_later(self._idle, self._dismiss)
        if made[:1] == b"-":
            raise Misprint(made[1:].decode())
        return made[1:]

    async def _exchanged(self, wanted: bytes) -> bytes:
        child = await self._ready()
        if child.stdin is None or child.stdout is None:
            raise EOFError
        child.stdin.write(_LENGTH.pack(len(wanted)) + wanted)
        await child.stdin.drain()
        (length,) = _LENGTH.unpack(await child.stdout.readexactly(_LENGTH.size))
        return await child.stdout.readexactly(length)

    async def _ready(self) -> asyncio.subprocess.Process:
        if self._child is None or self._child.returncode is not None:
            self._child = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=ENVIRONMENT,
            )
        return self._child

    def _dismiss(self) -> None:
        """Nothing was wanted for a while: the child ends by itself once its orders do."""
        if self._child is not None and self._child.stdin is not None and not self._turn.locked():
            self._child.stdin.close()
            self._child = None

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()


def _what_happened(fault: BaseException) -> str:
    return "took too long" if isinstance(fault, TimeoutError) else "ended"
