"""Pictures to upload, made up for a test."""

from io import BytesIO

from PIL import Image


def drawing(kind: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    """A picture with a dark left and a light right half."""
    picture = Image.new("RGBA", size, (200, 220, 240, 255))
    picture.paste((31, 58, 95, 255), (0, 0, size[0] // 2, size[1]))
    out = BytesIO()
    picture.convert(mode).save(out, kind, **options)
    return out.getvalue()
