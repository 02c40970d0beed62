"""The picture of a course that brings none of its own: a rosette with its initials and a ribbon with its name."""

import hashlib
import math
import re
import unicodedata
from dataclasses import dataclass
from html import escape

_MIDDLE_X, _MIDDLE_Y = 256, 200
_NAME_LINES, _RIBBON_WIDTH, _PLATE_WIDTH = 2, 360, 320
_NOT_XML = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_FIRST_LETTER = re.compile(r"[^\W_][\u0300-\u036f]*")
_FONTS = "'Segoe UI','Helvetica Neue',Arial,'DejaVu Sans',sans-serif"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours that go together: white is readable on `deep` and `main`, and `deep` on `bright` and `pale`.

    >>> PALETTES[0].deep
    '#12355b'
    """

    deep: str
    main: str
    bright: str
    pale: str


PALETTES = (
    Palette("#12355b", "#1f5f99", "#f2b632", "#e8f1f9"),  # harbour
    Palette("#0f4c3a", "#1b7a5c", "#f4c95d", "#e6f4ee"),  # fir
    Palette("#4a1942", "#893168", "#f5a65b", "#f8eaf3"),  # plum
    Palette("#5c1a1b", "#a4303f", "#f2cc8f", "#fbecec"),  # brick
    Palette("#2b2d6e", "#5351b0", "#ffb86b", "#edecfa"),  # iris
    Palette("#0b4650", "#0f7682", "#ffd166", "#e2f3f5"),  # lagoon
    Palette("#4f2b06", "#8f5210", "#ffd58a", "#fbf1e2"),  # amber
    Palette("#2d3a45", "#4f6475", "#f6a27c", "#ecf0f3"),  # slate
)


def svg(name: str, organization: str, level: str | None) -> str:
    """A course always looks the same: its name alone chooses the colours, and the same texts give the same bytes.

    The picture needs nothing from elsewhere and runs nothing. `level` is a short label, such as "EQF 5".

    >>> svg("Web Development", "Example Academy", "EQF 5").startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    True
    """
    name, organization, level = _drawable(name), _drawable(organization), _drawable(level or "")
    colours = PALETTES[hashlib.sha256(name.encode("utf-8")).digest()[0] % len(PALETTES)]
    parts = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512" width="512" height="512" role="img">',
        f"<title>{escape(f'{name}, {organization}')}</title>",
        _rosette(colours),
        _emblem(name, colours, raised=bool(level)),
        _level(level, colours),
        _ribbon(name, colours),
        _plate(organization, colours),
        "</svg>\n",
    )
    return "".join(parts)


def initials(name: str) -> str:
    """A name's initials are the first letters of its first and last word, of those that begin with one.

    >>> initials("Foundations of Web Development"), initials("Pottery"), initials("(!)")
    ('FD', 'P', '')
    """
    letters = [found[0] for word in name.split() if (found := _FIRST_LETTER.match(word))]
    ends = letters[:1] + letters[1:][-1:]
    return "".join(letter[0].upper()[0] + letter[1:] for letter in ends)


def wrapped(text: str, rows: int, widest: float) -> list[str]:
    """A text is broken into rows of at most `widest` ems, between words where it can be; an ellipsis ends what is cut.

    >>> wrapped("Foundations of Web Development for Everybody", 2, 11)
    ['Foundations of', 'Web Development…']
    """
    result: list[str] = []
    rest = " ".join(text.split())
    while rest and len(result) < rows:
        end = _break(rest, widest)
        result.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    while rest and result[-1] and _width(result[-1] + "…") > widest:
        result[-1] = result[-1][:-1].rstrip()
    return [*result[:-1], result[-1] + "…"] if rest else result


def _break(text: str, widest: float) -> int:
    """Where the first row of a text ends: at the last blank that fits, else (long words, Chinese) at the letter."""
    fitting = len(text)
    while fitting > 1 and _width(text[:fitting]) > widest:
        fitting -= 1
    blank = text.rfind(" ", 0, fitting + 1)
    return blank if fitting < len(text) and blank > 0 else fitting


def _width(text: str) -> float:
    """A cautious guess in ems, since a picture cannot ask for the reader's fonts."""
    return sum(_letter_width(c) for c in text)


def _letter_width(c: str) -> float:
    if unicodedata.combining(c):
        return 0
    if unicodedata.east_asian_width(c) in "WF":
        return 1
    if c in "iljtfrI.,:;'|!()[] ":
        return 0.4
    return 1 if c in "mwMW@%" else 0.8 if c.isupper() else 0.68


def _drawable(text: str) -> str:
    return " ".join(_NOT_XML.sub(" ", text).split())


def _rosette(colours: Palette) -> str:
    """Scallops, a pale rim with a fine line and beads, and the disc."""
    disc = (
        (colours.deep, 158, ""),
        (colours.pale, 152, ""),
        (colours.bright, 139, ""),
        (colours.main, 134, ""),
        ("none", 124, f' stroke="{colours.pale}" stroke-opacity=".45" stroke-width="1.5" stroke-dasharray="1 6"'),
    )
    rings = "".join(_circle(_MIDDLE_X, _MIDDLE_Y, radius, fill, more) for fill, radius, more in disc)
    return _scallops(colours) + rings + _beads(colours)


def _scallops(colours: Palette) -> str:
    petals = "".join(_circle(x, y, 22, colours.main) for x, y in _around(28, 160))
    return petals + "".join(_circle(x, y, 5, colours.bright) for x, y in _around(28, 169))


def _beads(colours: Palette) -> str:
    return "".join(_circle(x, y, 1.8, colours.main) for x, y in _around(56, 145.5))


def _emblem(name: str, colours: Palette, *, raised: bool) -> str:
    middle = _MIDDLE_Y - (30 if raised else 14)
    letters = initials(name)
    if letters:
        return _text(letters, middle + 38, 108, "#ffffff", "700", ' letter-spacing="2"')
    star = [(x, y + middle - _MIDDLE_Y) for x, y in _star(58, 24)]
    return f'<polygon points="{" ".join(f"{_n(x)},{_n(y)}" for x, y in star)}" fill="{colours.bright}"/>'


def _level(level: str, colours: Palette) -> str:
    if not level:
        return ""
    label = wrapped(level, 1, 9)[0]
    width = _width(label) * 20 + 34
    return _box(256 - width / 2, 234, width, 34, 17, colours.bright) + _text(label, 258, 20, colours.deep, "700")


def _ribbon(name: str, colours: Palette) -> str:
    """Two tails folded behind a band; the name takes one row, or two of smaller letters."""
    tails = (
        f'<path d="M20 328H110V424H20L46 376Z M492 328H402V424H492L466 376Z" fill="{colours.main}"/>'
        f'<path d="M62 404L110 404L110 424Z M450 404L402 404L402 424Z" fill="{colours.deep}"/>'
    )
    band = f'<path d="M62 308H450V404H62Z" fill="{colours.deep}"/>' + "".join(
        f'<path d="M62 {y}H450" stroke="{colours.bright}" stroke-width="2"/>' for y in (315, 397)
    )
    rows, size = _name_rows(name)
    first = 356 + size * 0.36 - (len(rows) - 1) * size * 0.6
    words = (_text(row, first + n * size * 1.2, size, "#ffffff", "600") for n, row in enumerate(rows))
    return tails + band + "".join(words)


def _name_rows(name: str) -> tuple[list[str], int]:
    """The largest letters in which the whole name fits, else the smallest with an ellipsis."""
    for size, most in ((36, 1), (30, 1), (28, _NAME_LINES), (23, _NAME_LINES)):
        rows = wrapped(name, most + 1, _RIBBON_WIDTH / size)
        if len(rows) <= most:
            return rows, size
    return wrapped(name, _NAME_LINES, _RIBBON_WIDTH / 23), 23


def _plate(organization: str, colours: Palette) -> str:
    if not organization:
        return ""
    label = wrapped(organization, 1, _PLATE_WIDTH / 20)[0]
    width = _width(label) * 20 + 48
    edge = f' stroke="{colours.deep}" stroke-width="2"'
    return _box(256 - width / 2, 440, width, 42, 21, colours.pale, edge) + _text(label, 468, 20, colours.deep, "600")


def _around(count: int, radius: float) -> list[tuple[float, float]]:
    turns = (2 * math.pi * n / count - math.pi / 2 for n in range(count))
    return [(_MIDDLE_X + radius * math.cos(turn), _MIDDLE_Y + radius * math.sin(turn)) for turn in turns]


def _star(outer: float, inner: float) -> list[tuple[float, float]]:
    return [_around(10, inner if n % 2 else outer)[n] for n in range(10)]


def _circle(x: float, y: float, radius: float, fill: str, more: str = "") -> str:
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}"{more}/>'


def _box(x: float, y: float, width: float, height: float, corner: float, fill: str, more: str = "") -> str:
    size = f'width="{_n(width)}" height="{_n(height)}" rx="{_n(corner)}"'
    return f'<rect x="{_n(x)}" y="{_n(y)}" {size} fill="{fill}"{more}/>'


def _text(words: str, y: float, size: int, fill: str, weight: str, more: str = "") -> str:
    font = f'font-family="{_FONTS}" font-size="{size}" font-weight="{weight}"'
    return f'<text x="256" y="{_n(y)}" {font} fill="{fill}" text-anchor="middle"{more}>{escape(words)}</text>'


def _n(number: float) -> str:
    """Two decimals at most, so that no platform's rounding shows in the bytes."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
