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
    """A text in NFKC without anything that takes no ink."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(character for character in plain if not character.isspace() and character != "\u200b")


def picture_of(document: bytes) -> Image.Image:
    """A PNG, its pixels read."""
    image = Image.open(BytesIO(document), formats=["PNG"])
    image.load()
    return image


def codes_in(image: Image.Image) -> list[str]:
    """What the QR codes in a picture say."""
    return [found.text for found in zxingcpp.read_barcodes(image.convert("RGB"))]
