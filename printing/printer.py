"""The printer: a document for a sheet, from the shelf or from the press; the same one is never made twice at once."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from functools import cache, partial
from pathlib import Path

from printing import fonts, sheet
from printing.press import FOLDER, TEMPLATES, Jammed, Press, order
from printing.sheet import Form, Sheet
from printing.shelf import Shelf
from rules.errors import Refused

WAITING = 64
"""How many documents may be under way at once; the press makes at least twenty in a second."""
PATIENCE = 12.0
RETRY_SECONDS = 3

ReadLogo = Callable[[str], Awaitable[bytes]]
"""The PNG of a mark, by the name that the sheet has for it."""


class Printer:
    """Makes documents, and keeps `room` bytes of them in a folder.

    It refuses (`unavailable`) what finds `waiting` others under way, and what is not made within `patience` seconds.
    """

    def __init__(
        self,
        folder: Path,
        *,
        room: int,
        press: Press | None = None,
        waiting: int = WAITING,
        patience: float = PATIENCE,
    ) -> None:
        self._shelf = Shelf(folder, room)
        self._press = press or Press()
        self._waiting = waiting
        self._patience = patience
        self._under_way: dict[str, asyncio.Task[bytes]] = {}

    def tag(self, wanted: Sheet, form: Form) -> str:
        """A name for the bytes of a document, known before they are made: the same sheet gives the same bytes."""
        told = f"{_version()} {form} {sheet.template(wanted, form)} "
        return hashlib.sha256(told.encode() + sheet.facts(wanted, form)).hexdigest()

    async def document(self, wanted: Sheet, form: Form, logo: ReadLogo) -> bytes:
        """The document of a sheet."""
        key = self.tag(wanted, form)
        found = await asyncio.to_thread(self._shelf.get, key)
        if found is not None:
            return found
        if key not in self._under_way:
            self._begin(key, wanted, form, logo)
        return await asyncio.shield(self._under_way[key])  # others may want it although this one leaves

    async def close(self) -> None:
        """Give up what is under way, and end the press."""
        under_way = tuple(self._under_way.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self._press.close()

    def _begin(self, key: str, wanted: Sheet, form: Form, logo: ReadLogo) -> None:
        if len(self._under_way) >= self._waiting:
            raise _busy("Many certificates are being asked for as documents right now.")
        self._under_way[key] = task = asyncio.create_task(self._made(key, wanted, form, logo))
        task.add_done_callback(partial(self._over, key))

    def _over(self, key: str, task: asyncio.Task[bytes]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # seen, in case that whoever asked has left

    async def _made(self, key: str, wanted: Sheet, form: Form, logo: ReadLogo) -> bytes:
        picture = None if wanted.logo is None else await logo(wanted.logo)
        facts = sheet.facts(wanted, form)
        said = order(template=sheet.template(wanted, form), form=form, facts=facts, logo=picture)
        try:
            async with asyncio.timeout(self._patience):
                made = await self._press.set(said)
        except (Jammed, TimeoutError):
            raise _busy("The certificate could not be made into a document in time.") from None
        await asyncio.to_thread(self._shelf.put, key, made)
        return made


def _busy(why: str) -> Refused:
    return Refused("unavailable", f"{why} Try again in a moment.", retry_after=RETRY_SECONDS)


@cache
def _version() -> str:
    """What a document depends on besides its sheet: the templates, the child's own lines, typst and the fonts."""
    files = sorted([*TEMPLATES.glob("*.typ"), FOLDER / "child.py"])
    seal = hashlib.sha256(repr(fonts.versions()).encode())
    for file in files:
        seal.update(file.read_bytes())
    return seal.hexdigest()
