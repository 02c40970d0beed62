"""More is asked of the real press than it can make: it goes on making documents, and its child is the same all along."""

import asyncio
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from printing.press import Press
from printing.printer import Printer
from printing.sheet import Sheet
from rules.errors import Refused
from tests.printing.reading import photo

PATIENCE = 0.5
SECONDS = 4.0


async def test_a_crowd_cannot_keep_the_press_from_its_work(tmp_path: Path, sheet: Sheet) -> None:
    press, mark = Press(), photo(800, 800)
    printer = Printer(tmp_path, room=0, press=press, waiting=1000, patience=PATIENCE)
    children, answers = set[int | None](), list[tuple[float, str]]()

    async def read(_name: str) -> bytes:
        return mark

    async def ask(number: int) -> None:
        wanted = replace(sheet, logo="a mark", holder=f"Jane {number}")
        try:
            await printer.document(wanted, "png", read)
            answers.append((time.monotonic() - began, "made"))
        except Refused as refused:
            answers.append((time.monotonic() - began, refused.code))

    began = time.monotonic()
    await ask(0)
    began, asked = time.monotonic(), list[asyncio.Task[None]]()
    while time.monotonic() - began < SECONDS:
        asked += [asyncio.create_task(ask(len(asked) + number + 1)) for number in range(4)]
        await asyncio.sleep(0.04)
        children.add(press.child)
    await asyncio.gather(*asked)
    children.add(press.child)
    await printer.close()
    assert len(children) == 1
    assert Counter(answer for _, answer in answers).keys() == {"made", "unavailable"}
    made = Counter(int(moment / SECONDS * 4) for moment, answer in answers[1:] if answer == "made")
    assert all(made[quarter] > 0 for quarter in range(4))
