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

from models import Organization
from models import Picture as Row
from models.database import fetch, is_postgres
from rules.errors import Detail, Refused

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
LARGEST = 2_000_000
"""So many bytes may be uploaded."""
WIDEST = 4000
"""So many pixels may a side have. What says that it is larger is never unpacked."""
SHOWN = 800
"""So many pixels does a side have afterwards, at most."""

# One at a time: each may take some ten megabytes while it is drawn.
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

    PNG, JPEG, WebP and GIF are taken, whatever the file is called, up to 2 MB and 4000 pixels a side; everything else is
    refused. `field` is where it was uploaded.
    """
    if len(upload) > LARGEST:
        raise _refused(field, f"must be at most {LARGEST // 1_000_000} MB")
    return await asyncio.get_running_loop().run_in_executor(_DRAWING, _drawn, upload, field)


async def hold() -> None:
    """Nobody else keeps or drops a picture until the transaction ends. Before any row is held."""
    if is_postgres():
        await fetch("SELECT pg_advisory_xact_lock(hashtextextended('pictures', 0))")


async def keep(picture: Picture, now: datetime) -> None:
    """A picture is kept once, however often it was uploaded. Belongs into a transaction that holds pictures."""
    if await Row.exists(digest=picture.digest):
        return
    await Row.create(
        digest=picture.digest,
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        content=picture.content,
        created_at=now,
    )


async def drop(digest: str) -> None:
    """A picture that no organization shows is gone. Belongs into a transaction that holds pictures."""
    if not await Organization.exists(logo_id=digest):
        await Row.filter(digest=digest).delete()


def _drawn(upload: bytes, field: str) -> Picture:
    try:
        with Image.open(BytesIO(upload), formats=FORMATS) as picture:
            fits = max(picture.size) <= WIDEST
            content, size = _redrawn(picture) if fits else (b"", (0, 0))
    except _BROKEN:
        raise _refused(field, "must be a picture: PNG, JPEG, WebP or GIF") from None
    if not fits:
        raise _refused(field, f"must be at most {WIDEST} pixels wide and high")
    return Picture("image/png", *size, content)


def _redrawn(picture: Image.Image) -> tuple[bytes, tuple[int, int]]:
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    pixels = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    pixels.thumbnail((SHOWN, SHOWN), Image.Resampling.LANCZOS)
    pixels.info.clear()
    out = BytesIO()
    pixels.save(out, "PNG", optimize=True)
    return out.getvalue(), pixels.size


def _refused(field: str, why: str) -> Refused:
    return Refused("unprocessable_entity", f"The {field} {why}.", details=(Detail(field, why),))
