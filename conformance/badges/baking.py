"""Badges inside images (Open Badges Baking): what an image carries, and how. Nothing here judges."""

from dataclasses import dataclass

PNG = b"\x89PNG\r\n\x1a\n"
IMAGE_TYPES = ("image/png", "image/svg+xml")


@dataclass(frozen=True)
class Carried:
    """One badge inside an image."""

    text: str | None
    """The assertion, the signature or the address; None if it cannot be read."""
    chunk: str = ""
    """In a PNG the chunk's type: `iTXt`, as it should be, or `tEXt` of old."""
    is_compressed: bool = False
    verify: str | None = None
    """In an SVG the attribute of that name."""
    namespace: str | None = None
    """In an SVG the namespace that the element is in."""
    is_first: bool = True
    """In an SVG whether the element follows the `svg` tag directly."""


@dataclass(frozen=True)
class Baking:
    """What an image carries."""

    form: str
    """`png` or `svg`."""
    carried: tuple[Carried, ...]
    broken: str = ""
    """Why the image could not be read to its end; empty if it could."""
    is_unjudged: bool = False
    """Whether that was for our own safety, so that the image may well be a whole one."""


def image_type(content: bytes) -> str | None:
    """The media type that an image's bytes show: PNG or SVG; None of anything else.

    >>> image_type(b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>"), image_type(b"GIF89a")
    ('image/svg+xml', None)
    """
    if content.startswith(PNG):
        return "image/png"
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    return "image/svg+xml" if start.startswith(b"<") and (b"<svg" in content or b":svg" in content) else None
