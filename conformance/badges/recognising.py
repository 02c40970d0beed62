"""What somebody handed over: an address, a document, an image, a signature."""

from .badge import Form, Presented
from .baking import Baking, image_type
from .jws import is_jws
from .png import read_png
from .svg import read_svg


def recognised(source: str, content: bytes) -> Presented:
    """What a file holds, judged by its bytes alone.

    >>> recognised("a.json", b' {"type": "Assertion"}').form.name, recognised("a.txt", b"eyJh.e30.YQ").form.name
    ('JSON', 'JWS')
    >>> recognised("a.txt", b"https://example.org/a"), recognised("a.gif", b"GIF89a").form.name
    (Presented(source='https://example.org/a', form=<Form.HOSTED: 1>, content=b''), 'NOTHING')
    """
    if image_type(content):
        return Presented(source, Form.IMAGE, content)
    text = content.decode("utf-8", errors="replace").strip()
    if text.startswith("{"):
        return Presented(source, Form.JSON, content)
    if is_jws(text):
        return Presented(source, Form.JWS, content)
    if text.lower().startswith(("https://", "http://")) and len(text.split()) == 1:
        return Presented(text, Form.HOSTED)
    return Presented(source, Form.NOTHING, content)


def unbaked(content: bytes) -> Baking:
    """What an image carries."""
    return read_png(content) if image_type(content) == "image/png" else read_svg(content)
