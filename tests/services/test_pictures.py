"""Pictures: drawn anew from whatever is uploaded, and nothing is kept of the file itself."""

import asyncio
import struct
import sys
import zlib
from asyncio.subprocess import PIPE
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from rules.errors import Refused
from services import pictures
from tests.drawings import drawing

KINDS = [
    ("PNG", "RGB"),
    ("PNG", "RGBA"),
    ("PNG", "P"),
    ("PNG", "1"),
    ("PNG", "LA"),
    ("JPEG", "RGB"),
    ("JPEG", "CMYK"),
    ("JPEG", "L"),
    ("WEBP", "RGB"),
    ("WEBP", "RGBA"),
    ("GIF", "P"),
]
WHOLE = [drawing(kind, (24, 16), mode) for kind, mode in KINDS]


def opened(picture: pictures.Picture) -> Image.Image:
    """What a reader sees, which is a PNG."""
    image = Image.open(BytesIO(picture.content), formats=("PNG",))
    image.load()
    return image


async def refusal(upload: bytes) -> str:
    """The sentence by which an upload is refused."""
    with pytest.raises(Refused) as refused:
        await pictures.drawn(upload, "logo")
    assert (refused.value.code, refused.value.details[0].field) == ("unprocessable_entity", "logo")
    return refused.value.message


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG (PNG, section 5.3)."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def claiming(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and has next to nothing in it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize(("kind", "mode"), KINDS)
async def test_what_is_taken_looks_the_same(kind: str, mode: str) -> None:
    picture = await pictures.drawn(drawing(kind, (60, 40), mode), "logo")
    shown = opened(picture)
    assert (shown.size, (picture.width, picture.height), picture.media_type) == ((60, 40), (60, 40), "image/png")
    pixels = shown.convert("L").tobytes()
    assert pixels[60 * 20 + 10] < 90
    assert pixels[60 * 20 + 50] > 180


async def test_what_is_clear_stays_clear() -> None:
    upload = BytesIO()
    Image.new("RGBA", (10, 10), (31, 58, 95, 0)).save(upload, "PNG")
    picture = opened(await pictures.drawn(upload.getvalue(), "logo"))
    assert picture.mode == "RGBA"
    assert set(picture.getchannel("A").tobytes()) == {0}


async def test_the_same_upload_is_the_same_picture() -> None:
    uploads = (drawing(), drawing(), drawing(size=(61, 40)))
    one, again, other = [await pictures.drawn(upload, "logo") for upload in uploads]
    assert one == again
    assert one.digest == again.digest != other.digest


async def test_nothing_but_pixels_is_kept() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "swordfish")
    exif = Image.Exif()
    exif[0x010E] = "swordfish"
    for upload in (
        drawing(pnginfo=notes, exif=exif),
        drawing("JPEG", exif=exif, comment=b"swordfish"),
        drawing("WEBP", exif=exif, xmp=b"swordfish"),
        drawing("GIF", mode="P", comment=b"swordfish"),
        drawing() + b"<script>swordfish</script>",
    ):
        assert b"swordfish" in upload
        picture = await pictures.drawn(upload, "logo")
        assert b"swordfish" not in picture.content
        kinds = [kind for kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"iCCP", b"pHYs") if kind in picture.content]
        assert kinds == []


async def test_a_photograph_stands_upright() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # to be turned by a quarter (EXIF, Orientation)
    picture = await pictures.drawn(drawing("JPEG", (60, 40), exif=turned), "logo")
    assert (picture.width, picture.height) == (40, 60)


async def test_of_what_moves_the_first_frame_is_shown() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("#000000", "#ffffff", "#ff0000")]
    for kind in ("GIF", "WEBP", "PNG"):
        upload = BytesIO()
        frames[0].save(upload, kind, save_all=True, append_images=frames[1:], duration=50)
        picture = opened(await pictures.drawn(upload.getvalue(), "logo"))
        assert getattr(picture, "n_frames", 1) == 1
        assert max(picture.convert("L").tobytes()) < 10


@pytest.mark.parametrize(
    ("size", "shown"), [((800, 600), (800, 600)), ((1600, 400), (800, 200)), ((4, 4000), (1, 800))]
)
async def test_a_large_one_is_made_smaller(size: tuple[int, int], shown: tuple[int, int]) -> None:
    picture = await pictures.drawn(drawing(size=size), "logo")
    assert (picture.width, picture.height) == opened(picture).size == shown


@pytest.mark.parametrize("size", [(2001, 2000), (4000, 1001), (4000, 4000)])
async def test_what_says_that_it_has_too_many_pixels_is_not_unpacked(size: tuple[int, int]) -> None:
    assert await refusal(claiming(*size)) == "The logo must have at most 4 megapixels, such as 2000 \u00d7 2000."


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16", "CMYK"])
async def test_the_largest_is_drawn_in_any_mode(mode: str) -> None:
    upload = BytesIO()
    Image.new(mode, (2000, 2000)).save(upload, "JPEG" if mode == "CMYK" else "PNG")
    assert (await pictures.drawn(upload.getvalue(), "logo")).width == 800


MEASURE = """
import re, sys
from pathlib import Path
from services import pictures

def memory(of):
    return int(re.search(of + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

upload = sys.stdin.buffer.read()
before = memory("VmRSS")
pictures._drawn(upload, "logo")
print((memory("VmHWM") - before) // 1024)
"""
"""Tells how many megabytes it takes at most. What getrusage tells begins with the size of the process that started it."""


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "RGB"), ("WEBP", "RGBA")])
async def test_the_largest_takes_eighty_megabytes_at_most(kind: str, mode: str) -> None:
    upload = drawing(kind, (2000, 2000), mode)
    measured = await asyncio.create_subprocess_exec(sys.executable, "-c", MEASURE, stdin=PIPE, stdout=PIPE)
    told, _ = await measured.communicate(upload)
    assert int(told) <= 80


@pytest.mark.parametrize("size", [(4001, 10), (10, 4001), (65500, 65500), (2**31 - 1, 2**31 - 1), (100_000, 1)])
async def test_what_says_that_it_is_huge_is_not_unpacked(size: tuple[int, int]) -> None:
    assert await refusal(claiming(*size)) == "The logo must be at most 4000 pixels wide and high."


async def test_a_large_file_is_refused() -> None:
    assert await refusal(drawing() + b"\0" * pictures.LARGEST) == "The logo must be at most 2 MB."


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><!DOCTYPE svg><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"RIFF\x04\x00\x00\x00WEBP",
        claiming(10, 0),
        claiming(300, 300)[:60],
        *(drawing(kind) for kind in ("BMP", "TIFF", "ICO", "PPM", "TGA", "JPEG2000", "EPS", "PDF")),
    ],
    ids=lambda upload: repr(upload[:12]),
)
async def test_everything_else_is_refused(upload: bytes) -> None:
    assert await refusal(upload) == "The logo must be a picture: PNG, JPEG, WebP or GIF."


@settings(deadline=None, max_examples=400, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(WHOLE), st.data())
def test_a_damaged_file_is_drawn_or_refused_and_nothing_else(whole: bytes, chosen: st.DataObject) -> None:
    damaged = bytearray(whole)
    for _ in range(chosen.draw(st.integers(1, 8))):
        damaged[chosen.draw(st.integers(0, len(damaged) - 1))] = chosen.draw(st.integers(0, 255))
    kept = chosen.draw(st.integers(0, len(damaged)) | st.just(len(damaged)))
    try:
        picture = pictures._drawn(bytes(damaged[:kept]), "logo")
    except Refused:
        return
    assert opened(picture).size == (picture.width, picture.height)


async def test_the_event_loop_goes_on_meanwhile() -> None:
    upload = drawing("JPEG", (2000, 2000))
    turns = 0
    drawing_it = asyncio.create_task(pictures.drawn(upload, "logo"))
    while not drawing_it.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10
    assert (await drawing_it).width == 800


@pytest.mark.usefixtures("connected")
async def test_a_picture_that_is_not_there_is_not_found() -> None:
    with pytest.raises(Refused) as refused:
        await pictures.read("0" * 64)
    assert refused.value.code == "not_found"
