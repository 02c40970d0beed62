"""The marks of academies, in the size that they are printed in."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from io import BytesIO

from PIL import Image

LARGEST = (1000, 240)
"""Pixels: 300 an inch where a mark is largest, 20 mm high. More would make documents heavy and slow, and show nothing."""
KEPT = 16

ReadMark = Callable[[str], Awaitable[bytes]]
"""The PNG of a mark, by the name that the sheet has for it."""


class Marks:
    """Reads marks by their names, which stand for their bytes, and keeps those that were wanted last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    async def of(self, name: str, read: ReadMark) -> bytes:
        """The mark as a PNG fit to print. Raises what `read` raises."""
        if name not in self._kept:
            self._kept[name] = await asyncio.to_thread(fit, await read(name))
        self._kept.move_to_end(name)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[name]


def fit(mark: bytes) -> bytes:
    """A PNG no larger than what print shows of it; one that is small enough stays as it is."""
    with Image.open(BytesIO(mark), formats=["PNG"]) as picture:
        if picture.width <= LARGEST[0] and picture.height <= LARGEST[1]:
            return mark
        picture.load()
        pixels = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    pixels.thumbnail(LARGEST, Image.Resampling.LANCZOS)
    made = BytesIO()
    pixels.save(made, "PNG")
    return made.getvalue()
