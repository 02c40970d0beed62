"""PNG files and the chunks that badges are baked into (https://www.w3.org/TR/png/, sections 5.3 and 11.3.3)."""

import struct
import zlib
from collections.abc import Iterator

from .baking import PNG, Baking, Carried

KEYWORD = b"openbadges"
MOST_TEXT = 1_000_000
_OVERHEAD = 12  # of a chunk: length, type and checksum


class _Broken(Exception):
    """The file is no whole PNG."""


def read_png(content: bytes) -> Baking:
    """What a PNG carries. A chunk that is compressed is read all the same.

    >>> read_png(PNG).broken
    'The file ends before its IEND chunk.'
    """
    found: list[Carried] = []
    try:
        for kind, body in _chunks(content):
            if kind in (b"iTXt", b"tEXt", b"zTXt") and body.split(b"\0", 1)[0] == KEYWORD:
                found.append(_carried(kind, body[len(KEYWORD) + 1 :]))
    except _Broken as broken:
        return Baking("png", tuple(found), str(broken))
    return Baking("png", tuple(found))


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place, kind = len(PNG), b""
    while kind != b"IEND":
        if place + _OVERHEAD > len(content):
            raise _Broken("The file ends before its IEND chunk.")
        (length,) = struct.unpack_from(">I", content, place)
        kind, end = content[place + 4 : place + 8], place + _OVERHEAD + length
        if end > len(content):
            raise _Broken(f"The file ends within a chunk of type {kind!r}.")
        body, checksum = content[place + 8 : end - 4], content[end - 4 : end]
        if zlib.crc32(kind + body) != int.from_bytes(checksum, "big"):
            raise _Broken(f"The checksum of a chunk of type {kind.decode('latin-1')} is wrong.")
        yield kind, body
        place = end


def _carried(kind: bytes, body: bytes) -> Carried:
    chunk = kind.decode("ascii")
    if kind == b"tEXt":
        return Carried(body.decode("latin-1"), chunk)
    if kind == b"zTXt":
        return Carried(_inflated(body[1:]), chunk, is_compressed=True)
    flag, texts = body[:1], body[2:].split(b"\0", 2)
    is_compressed = flag != b"\0"
    if len(texts) != 3:
        return Carried(None, chunk, is_compressed)
    return Carried(_inflated(texts[2]) if is_compressed else _decoded(texts[2]), chunk, is_compressed)


def _inflated(body: bytes) -> str | None:
    try:
        return _decoded(zlib.decompressobj().decompress(body, MOST_TEXT))
    except zlib.error:
        return None


def _decoded(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None
