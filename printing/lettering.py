"""Text as it can be set: what would turn the direction of its surroundings is left out, the rest stays as it is."""

import re
import unicodedata
from typing import Literal, TypedDict

LONGEST_WORD = 24
LONGEST_PROSE = 420

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SPACE = re.compile(r"\s+")
_KANA, _HANGUL = re.compile("[\u3040-\u30ff]"), re.compile("[\u1100-\u11ff\uac00-\ud7af]")

Ideographs = Literal["JP", "KR", "SC"]


class Lettering(TypedDict):
    """A text, whether it runs from right to left, and whether its letters may reach far above and below their line.

    A line may end between its pieces as well as at its blanks.
    """

    text: str
    pieces: list[str]
    rtl: bool
    tall: bool


def line(text: str) -> Lettering:
    """A text keeps its own direction, and a word that no line would hold may be broken.

    Its direction is that of its first letter that has one (Unicode Annex 9, P2 and P3). Characters that would force another
    one on what they stand in are left out: they show nothing of their own.

    >>> line("Jane Doe")
    {'text': 'Jane Doe', 'pieces': ['Jane Doe'], 'rtl': False, 'tall': False}
    >>> line("\u202eenaJ\u202c")["text"]
    'enaJ'
    """
    bare = _SPACE.sub(" ", _TURNING.sub("", text)).strip()
    return {"text": bare, "pieces": _pieces(bare), "rtl": _is_rtl(bare), "tall": _is_tall(bare)}


def prose(text: str | None) -> Lettering | None:
    """A description is cut after a whole word where it is too long for a certificate, which its page shows in full.

    >>> prose("word " * 100)["text"][-6:]
    'word …'
    """
    whole = _SPACE.sub(" ", text or "").strip()
    if not whole:
        return None
    if len(whole) <= LONGEST_PROSE:
        return line(whole)
    kept, _, _ = whole[:LONGEST_PROSE].rpartition(" ")
    return line(f"{kept or whole[:LONGEST_PROSE]} …")


def ideographs(text: str) -> Ideographs:
    """Chinese characters are drawn as in Japan beside Kana, as in Korea beside Hangul, else as in China.

    >>> ideographs("山田 はな"), ideographs("김민수"), ideographs("王小明")
    ('JP', 'KR', 'SC')
    """
    if _KANA.search(text):
        return "JP"
    return "KR" if _HANGUL.search(text) else "SC"


def _is_rtl(text: str) -> bool:
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind != "L" for kind in strong if kind in {"L", "R", "AL"}), False)


def _is_tall(text: str) -> bool:
    """Latin, Greek and Cyrillic letters keep to their line, if they carry no more than Unicode has them with."""
    return any(
        unicodedata.category(character).startswith("M") or "\u0530" <= character < "\u1e00" for character in text
    )


def _pieces(text: str) -> list[str]:
    """The text, cut within words that are too long, but not before a mark that belongs to the letter before it."""
    pieces, length = [""], 0
    for character in text:
        length = 0 if character == " " else length + 1
        if length > LONGEST_WORD and not unicodedata.category(character).startswith(("M", "C")):
            pieces.append("")
            length = 1
        pieces[-1] += character
    return pieces
