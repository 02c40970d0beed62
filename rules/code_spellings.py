"""Spellings of a code: how people type, read out and paste what stands on a certificate."""

import re
import unicodedata
from urllib.parse import unquote

from rules import codes

LONGEST = 2500
"""Of what is looked at, in characters: a web address with a code in it is shorter."""

_GAP = "[^A-Z0-9]{0,3}"
_PARTS = ("([A-Z]{3})", "([0-9]{2})", f"([{codes.ALPHABET}]{{6,10}})")
_ALONE = re.compile("(?:TRC)?" + "".join(_PARTS))
_WITHIN = re.compile(f"(?<![A-Z0-9])TRC{_GAP}{_GAP.join(_PARTS)}(?![A-Z0-9])")
_LEFT_OUT = frozenset("CPSZ")
"""The first letters of Unicode's general categories of controls, punctuation, symbols and blanks."""


def read(text: str) -> str | None:
    """A code is understood in either case, with any blanks and dashes or none, without TRC, and within a pasted link.

    Text that holds no code, or none with the right number of the right letters, is None.

    >>> read("trc aca 26 f5n8k3"), read("https://example.com/v/trc-aca-26-f5n8k3?lang=nl")
    ('TRC-ACA-26-F5N8K3', 'TRC-ACA-26-F5N8K3')
    >>> read("F5N8K3") is None
    True
    """
    plain = _capitals(unicodedata.normalize("NFKC", unquote(text[:LONGEST])))
    bare = "".join(c for c in plain if unicodedata.category(c)[0] not in _LEFT_OUT)
    found = _ALONE.fullmatch(bare) or _WITHIN.search(plain)
    return None if found is None else "-".join(("TRC", *found.groups()))


def _capitals(text: str) -> str:
    """In capitals as far as it is ASCII: the capital of a dotless i would be another letter than was typed."""
    return "".join(c.upper() if c.isascii() else c for c in text)
