"""The printer: made once, however many ask; refused when too many do; and nothing of a failure is kept."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from printing.press import Jammed, Press
from printing.printer import Printer
from printing.sheet import Sheet
from rules.errors import Refused

ROOM = 1_000_000


class Counting(Press):
    """A press that counts its orders, holds them back until it may go on, and can be told to fail."""

    def __init__(self) -> None:
        super().__init__()
        self.orders = 0
        self.go = asyncio.Event()
        self.failing = False

    async def set(self, wanted: bytes) -> bytes:
        """As told."""
        self.orders += 1
        await self.go.wait()
        if self.failing:
            raise Jammed("The child that sets documents ended.")
        return wanted[:20]


async def no_mark(_name: str) -> bytes:
    """Nobody asks for a mark that the sheet does not name."""
    raise AssertionError


async def test_a_document_is_made_once_and_then_kept(tmp_path: Path, sheet: Sheet) -> None:
    press = Counting()
    press.go.set()
    first = await Printer(tmp_path, room=ROOM, press=press).document(sheet, "pdf", no_mark)
    assert await Printer(tmp_path, room=ROOM, press=press).document(sheet, "pdf", no_mark) == first
    assert press.orders == 1


async def test_the_same_document_asked_for_at_once_is_made_once(tmp_path: Path, sheet: Sheet) -> None:
    press = Counting()
    printer = Printer(tmp_path, room=ROOM, press=press)
    asked = [asyncio.create_task(printer.document(sheet, "pdf", no_mark)) for _ in range(10)]
    await until(lambda: press.orders > 0)
    asked[0].cancel()  # one who leaves takes nothing from the others
    press.go.set()
    made = await asyncio.gather(*asked[1:])
    assert len(set(made)) == 1
    assert press.orders == 1


async def test_one_more_than_may_wait_is_refused_and_told_when_to_come_back(tmp_path: Path, sheet: Sheet) -> None:
    press = Counting()
    printer = Printer(tmp_path, room=ROOM, press=press, waiting=2)
    waiting = [
        asyncio.create_task(printer.document(replace(sheet, holder=name), "pdf", no_mark)) for name in ("one", "two")
    ]
    await until(lambda: press.orders == 2)
    with pytest.raises(Refused) as refused:
        await printer.document(sheet, "pdf", no_mark)
    assert (refused.value.code, refused.value.retry_after) == ("unavailable", 3)
    press.go.set()
    await asyncio.gather(*waiting)
    assert await printer.document(sheet, "pdf", no_mark)


async def test_what_takes_longer_than_one_waits_is_refused(tmp_path: Path, sheet: Sheet) -> None:
    printer = Printer(tmp_path, room=ROOM, press=Counting(), patience=0.1)
    with pytest.raises(Refused) as refused:
        await printer.document(sheet, "pdf", no_mark)
    assert refused.value.code == "unavailable"


async def test_a_failure_is_not_kept(tmp_path: Path, sheet: Sheet) -> None:
    press = Counting()
    press.go.set()
    press.failing = True
    printer = Printer(tmp_path, room=ROOM, press=press)
    with pytest.raises(Refused) as refused:
        await printer.document(sheet, "pdf", no_mark)
    assert refused.value.code == "unavailable"
    press.failing = False
    assert await printer.document(sheet, "pdf", no_mark)


async def test_a_mark_is_read_only_when_the_document_is_made(tmp_path: Path, sheet: Sheet) -> None:
    press, asked = Counting(), []
    press.go.set()
    printer = Printer(tmp_path, room=ROOM, press=press)

    async def mark(name: str) -> bytes:
        asked.append(name)
        return b"PNG"

    for _ in range(3):
        await printer.document(replace(sheet, logo="digest"), "pdf", mark)
    assert asked == ["digest"]


async def test_closing_gives_up_what_is_under_way(tmp_path: Path, sheet: Sheet) -> None:
    press = Counting()
    printer = Printer(tmp_path, room=ROOM, press=press)
    waiting = asyncio.create_task(printer.document(sheet, "pdf", no_mark))
    await until(lambda: press.orders == 1)
    await printer.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def until(reached: Callable[[], bool]) -> None:
    """Wait for something to be so."""
    async with asyncio.timeout(10):
        while not reached():
            await asyncio.sleep(0.001)
