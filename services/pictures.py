"""Pictures: drawn anew from what was uploaded, so that nothing but its pixels is ever shown; kept under their digest."""

import asyncio
import hashlib
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from PIL import Image, ImageOps

from models import Picture as Row
from models.database import fetch
from rules.errors import Detail, Refused

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
LARGEST = 2_000_000
"""So many bytes may be uploaded."""
WIDEST = 4000
"""So many pixels may a side have. What says that it is larger is never unpacked."""
MOST_PIXELS = 4_000_000
"""So many may it have in all: as many as four megabytes of memory for each of its colours, and as much for each copy."""
SHOWN = 800
"""So many pixels does a side have afterwards, at most."""

# One at a time: each takes up to eighty megabytes while it is drawn.
_DRAWING = ThreadPoolExecutor(1, thread_name_prefix="pictures")
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
    NotImplementedError,
    MemoryError,
    struct.error,
    zlib.error,
)
"""What Pillow raises over damaged files. All of it means the same."""

_SHRINKS = {"L", "RGB", "RGBA", "CMYK"}
"""Modes whose pixels can be blended."""

# We ask for the size ourselves, before anything is unpacked, and allow less than Pillow would.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is shown."""

    media_type: str
    width: int
    height: int
    content: bytes

    @property
    def digest(self) -> str:
        """The hex SHA-256 of its bytes, by which it is found."""
        return hashlib.sha256(self.content).hexdigest()


async def read(digest: str) -> Picture:
    """The picture with this digest."""
    row = await Row.get_or_none(digest=digest)
    if row is None:
        raise Refused("not_found", "There is no such picture.")
    return Picture(row.media_type, row.width, row.height, bytes(row.content))


async def drawn(upload: bytes, field: str) -> Picture:
    """An upload as a PNG of at most 800 pixels a side: its first frame, upright, with nothing beside its pixels.

    PNG, JPEG, WebP and GIF are taken, whatever the file is called, up to 2 MB, 4000 pixels a side and 4 megapixels in all;
    everything else is refused. `field` is where it was uploaded.
    """
    if len(upload) > LARGEST:
        raise _refused(field, f"must be at most {LARGEST // 1_000_000} MB")
    return await asyncio.get_running_loop().run_in_executor(_DRAWING, _drawn, upload, field)


async def keep(picture: Picture, now: datetime) -> None:
    """A picture is kept once, however often it was uploaded, and for good.

    Its address is handed out, in badges that are out for years too, and says that what is there never changes.
    """
    row = (picture.digest, picture.media_type, picture.width, picture.height, picture.content, now)
    await fetch(
        "INSERT INTO picture (digest, media_type, width, height, content, created_at) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (digest) DO NOTHING RETURNING digest",
        *row,
    )


def _drawn(upload: bytes, field: str) -> Picture:
    try:
        with Image.open(BytesIO(upload), formats=FORMATS) as picture:
            why = _too_large(picture)
            content, size = (b"", (0, 0)) if why else _redrawn(picture)
    except _BROKEN:
        raise _refused(field, "must be a picture: PNG, JPEG, WebP or GIF") from None
    if why:
        raise _refused(field, why)
    return Picture("image/png", *size, content)


def _too_large(picture: Image.Image) -> str | None:
    """What is wrong with the size that a file says it has, of which nothing is unpacked yet."""
    if max(picture.size) > WIDEST:
        return f"must be at most {WIDEST} pixels wide and high"
    if picture.width * picture.height > MOST_PIXELS:
        return f"must have at most {MOST_PIXELS // 1_000_000} megapixels, such as 2000 \u00d7 2000"
    return None


def _redrawn(picture: Image.Image) -> tuple[bytes, tuple[int, int]]:
    """Made small as early as can be: what is done at full size is done with many times the memory."""
    picture.draft(None, (SHOWN, SHOWN))  # a JPEG can be unpacked at a half or a quarter of its size
    picture.load()
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    # What has a palette, or one colour that is clear, cannot be made smaller as it is.
    small = picture if picture.mode in _SHRINKS and "transparency" not in picture.info else picture.convert(mode)
    small.thumbnail((SHOWN, SHOWN), Image.Resampling.LANCZOS)
    pixels = ImageOps.exif_transpose(small).convert(mode)
    pixels.info.clear()
    out = BytesIO()
    pixels.save(out, "PNG", optimize=True)
    return out.getvalue(), pixels.size


def _refused(field: str, why: str) -> Refused:
    return Refused("unprocessable_entity", f"The {field} {why}.", details=(Detail(field, why),))
