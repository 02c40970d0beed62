"""Documents as others read them: the text by pypdf, the picture by Pillow, the code in it by zxing."""

import unicodedata
from io import BytesIO

import zxingcpp
from PIL import Image
from pypdf import PdfReader


def pages_of(document: bytes) -> PdfReader:
    """A PDF as pypdf takes it."""
    return PdfReader(BytesIO(document), strict=True)


def words_of(document: bytes) -> str:
    """The text of the one page, in NFKC, without the blanks and breaks that the layout brought."""
    reader = pages_of(document)
    assert len(reader.pages) == 1
    return squeezed(reader.pages[0].extract_text())


def squeezed(text: str) -> str:
    """A text in NFKC without blanks and breaks."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(plain.split())


def picture_of(document: bytes) -> Image.Image:
    """A PNG, its pixels read."""
    image = Image.open(BytesIO(document), formats=["PNG"])
    image.load()
    return image


def codes_in(image: Image.Image) -> list[str]:
    """What the QR codes in a picture say."""
    return [found.text for found in zxingcpp.read_barcodes(image.convert("RGB"))]


def picture(width: int, height: int, colour: tuple[int, int, int] = (200, 30, 40)) -> bytes:
    """A PNG of one colour."""
    made = BytesIO()
    Image.new("RGB", (width, height), colour).save(made, "PNG")
    return made.getvalue()


def photo(width: int, height: int) -> bytes:
    """A PNG that can hardly be packed, as of a photo."""
    made = BytesIO()
    Image.effect_noise((width, height), 90).convert("RGB").save(made, "PNG")
    return made.getvalue()
