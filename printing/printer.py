"""The printer: a document for a sheet, from the shelf or from the press; the same one is never made twice at once."""

import asyncio
import hashlib
from functools import cache, partial
from pathlib import Path

from printing import fonts, sheet
from printing.marks import Marks, ReadMark
from printing.press import FOLDER, TEMPLATES, Jammed, Press, order
from printing.sheet import Form, Sheet
from printing.shelf import Shelf
from printing.turns import NoTurnError, Turns
from rules.errors import Refused

WAITING = 64
"""How many documents may be under way at once, however fast the press is."""
PREVIEWS = 8
"""How many previews may be, behind all documents."""
PREVIEWS_EACH = 6
"""How many one person may have asked for; a form shows three. They are made one after another."""
PATIENCE = 12.0
RETRY_SECONDS = 3
_DOCUMENTS, _PREVIEWS = 0, 1


class Printer:
    """Makes documents, and keeps `room` bytes of them in a folder.

    It refuses (`unavailable`) what finds `waiting` others under way, and what waits for its turn, or would, for more than
    `patience` seconds. Previews come after documents, and are not kept.
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
        self._marks = Marks()
        self._patience = patience
        self._turns = Turns(patience, (waiting, PREVIEWS))
        self._people: dict[str, Turns] = {}
        self._under_way: dict[str, asyncio.Task[bytes]] = {}

    @property
    def under_way(self) -> int:
        """How many documents and previews are being set, or wait for it."""
        return self._turns.under_way

    def tag(self, wanted: Sheet, form: Form) -> str:
        """A name for the bytes of a document, known before they are made: the same sheet gives the same bytes."""
        told = f"{_version()} {form} {sheet.template(wanted, form)} "
        return hashlib.sha256(told.encode() + sheet.facts(wanted, form)).hexdigest()

    async def kept(self, wanted: Sheet, form: Form) -> bytes | None:
        """The document of a sheet, if it was made before and is still there."""
        return await asyncio.to_thread(self._shelf.get, self.tag(wanted, form))

    async def document(self, wanted: Sheet, form: Form, logo: ReadMark) -> bytes:
        """The document of a sheet."""
        found = await self.kept(wanted, form)
        if found is not None:
            return found
        key = self.tag(wanted, form)
        if key not in self._under_way:
            self._under_way[key] = task = asyncio.create_task(self._made(key, wanted, form, logo))
            task.add_done_callback(partial(self._over, key))
        return await asyncio.shield(self._under_way[key])  # others may want it although this one leaves

    async def preview(self, wanted: Sheet, form: Form, logo: ReadMark, *, who: str) -> bytes:
        """The document of a sheet that is no certificate: one at a time for each person."""
        own = self._people.setdefault(who, Turns(self._patience, (PREVIEWS_EACH,)))
        try:
            async with own.turn():
                return await self._set(_PREVIEWS, wanted, form, logo)
        except NoTurnError as none:
            raise _busy("Several pictures are being made for you.", none.seconds) from None
        finally:
            if not own.under_way:
                self._people.pop(who, None)

    async def close(self) -> None:
        """Give up what is under way, and end the press."""
        under_way = tuple(self._under_way.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self._press.close()

    def _over(self, key: str, task: asyncio.Task[bytes]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # seen, in case that whoever asked has left

    async def _made(self, key: str, wanted: Sheet, form: Form, logo: ReadMark) -> bytes:
        made = await self._set(_DOCUMENTS, wanted, form, logo)
        await asyncio.to_thread(self._shelf.put, key, made)
        return made

    async def _set(self, lane: int, wanted: Sheet, form: Form, logo: ReadMark) -> bytes:
        facts, template = sheet.facts(wanted, form), sheet.template(wanted, form)
        try:
            async with self._turns.turn(lane):
                mark = None if wanted.logo is None else await self._marks.of(wanted.logo, logo)
                return await self._press.set(order(template=template, form=form, facts=facts, logo=mark))
        except NoTurnError as none:
            raise _busy("Many certificates are being asked for as documents right now.", none.seconds) from None
        except Jammed:
            raise _busy("The certificate could not be made into a document in time.") from None


def _busy(why: str, seconds: int = 0) -> Refused:
    return Refused("unavailable", f"{why} Try again in a moment.", retry_after=max(RETRY_SECONDS, seconds))


@cache
def _version() -> str:
    """What a document depends on besides its sheet: the templates, the child's own lines, typst and the fonts."""
    files = sorted([*TEMPLATES.glob("*.typ"), FOLDER / "child.py", FOLDER / "marks.py"])
    seal = hashlib.sha256(repr(fonts.versions()).encode())
    for file in files:
        seal.update(file.read_bytes())
    return seal.hexdigest()
