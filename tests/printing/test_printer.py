"""The printer: made once, however many ask; refused when too many do; and nothing of a failure is kept."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from printing.press import Jammed, Press
from printing.printer import Printer
from printing.sheet import Sheet
from rules.errors import Refused
from tests.printing.reading import picture

ROOM = 1_000_000
PNG = picture(30, 10)


class Counting(Press):
    """A press that counts its orders, holds them back until it may go on, and can be told to fail."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.go = asyncio.Event()
        self.failing = False

    @property
    def orders(self) -> int:
        """How many there were."""
        return len(self.names)

    async def set(self, wanted: bytes) -> bytes:
        """As told."""
        self.names.append(orjson.loads(wanted)["facts"]["holder"]["text"])
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
    await until(lambda: printer.under_way == 2)
    with pytest.raises(Refused) as refused:
        await printer.document(sheet, "pdf", no_mark)
    assert (refused.value.code, refused.value.retry_after) == ("unavailable", 3)
    press.go.set()
    await asyncio.gather(*waiting)
    assert await printer.document(sheet, "pdf", no_mark)


async def test_who_gets_no_turn_in_time_is_refused_and_nothing_is_ordered(tmp_path: Path, sheet: Sheet) -> None:
    press = Counting()
    printer = Printer(tmp_path, room=ROOM, press=press, patience=0.1)
    first = asyncio.create_task(printer.document(sheet, "pdf", no_mark))
    await until(lambda: press.orders == 1)
    with pytest.raises(Refused) as refused:
        await printer.document(replace(sheet, holder="two"), "pdf", no_mark)
    assert refused.value.code == "unavailable"
    press.go.set()
    assert await first  # patience ended with its turn
    assert press.orders == 1


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
        return PNG

    for _ in range(3):
        await printer.document(replace(sheet, logo="digest"), "pdf", mark)
    assert asked == ["digest"]


async def test_previews_are_made_after_documents_one_at_a_time_and_are_not_kept(tmp_path: Path, sheet: Sheet) -> None:
    press = Counting()
    printer = Printer(tmp_path / "shelf", room=ROOM, press=press)

    def document(name: str) -> asyncio.Task[bytes]:
        return asyncio.create_task(printer.document(replace(sheet, holder=name), "pdf", no_mark))

    def preview(name: str, who: str) -> asyncio.Task[bytes]:
        return asyncio.create_task(printer.preview(replace(sheet, holder=name), "png", no_mark, who=who))

    waiting = [document("first")]
    await until(lambda: press.orders == 1)
    waiting += [preview(f"jane {number}", "jane") for number in range(3)] + [preview("joe", "joe")]
    await until(lambda: printer.under_way == 3)  # one for each of them
    waiting += [document("second"), document("third")]
    await until(lambda: printer.under_way == 5)
    press.go.set()
    await asyncio.gather(*waiting)
    assert press.names[0] == "first"
    assert set(press.names[1:3]) == {"second", "third"}
    assert press.names[3:] == ["jane 0", "joe", "jane 1", "jane 2"]
    assert len(list((tmp_path / "shelf").iterdir())) == 3


async def test_one_person_cannot_fill_the_queue_of_previews(tmp_path: Path, sheet: Sheet) -> None:
    press = Counting()
    printer = Printer(tmp_path, room=ROOM, press=press)

    def preview(who: str) -> asyncio.Task[bytes]:
        return asyncio.create_task(printer.preview(sheet, "png", no_mark, who=who))

    janes = [preview("jane") for _ in range(20)]
    await until(lambda: sum(task.done() for task in janes) == 14)
    joe = preview("joe")
    press.go.set()
    answers = await asyncio.gather(*janes, return_exceptions=True)
    refused = [answer.code for answer in answers if isinstance(answer, Refused)]
    assert refused == ["unavailable"] * 14
    assert await joe
    assert await preview("jane")


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
