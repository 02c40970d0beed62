"""The picture beside a shared link says where one checks it, and who issued it, with a logo and without."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from printing.printer import Printer
from printing.sheet import Sheet
from tests.printing.reading import picture_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
FOOT = (0, 520, 660, 600)
HEAD = (0, 0, 1200, 150)


async def logo(_digest: str) -> bytes:
    """A red square."""
    drawn = BytesIO()
    Image.new("RGB", (80, 80), "#f00").save(drawn, "PNG")
    return drawn.getvalue()


async def part(printer: Printer, sheet: Sheet, where: tuple[int, int, int, int]) -> bytes:
    """The pixels of a part of the picture."""
    return picture_of(await printer.document(sheet, "share", logo)).crop(where).tobytes()


async def test_the_host_is_named_with_a_logo_too(printer: Printer, sheet: Sheet) -> None:
    marked = replace(sheet, logo="a" * 64)
    there = await part(printer, marked, FOOT)
    assert there == await part(printer, sheet, FOOT)
    assert there != await part(printer, replace(marked, link=sheet.link.replace("example.com", "example.org")), FOOT)


async def test_the_academy_is_named_beside_its_logo(printer: Printer, sheet: Sheet) -> None:
    marked = replace(sheet, logo="a" * 64)
    assert await part(printer, marked, HEAD) != await part(printer, replace(marked, academy="Other Academy"), HEAD)
