"""Certificate codes: short enough to read out over the telephone, never ambiguous on paper."""

import re
import string
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from rules.errors import Refused

Choose = Callable[[Sequence[str]], str]
"""Picks one item, such as `secrets.choice`; an argument so that the rule itself draws no lots."""

LOOK_ALIKES = "0O1ILU"
ALPHABET = "".join(c for c in string.digits + string.ascii_uppercase if c not in LOOK_ALIKES)
LETTERS = "".join(c for c in ALPHABET if c.isalpha())
PATTERN = f"^TRC-[A-Z]{{3}}-[0-9]{{2}}-[{ALPHABET}]{{6,10}}$"

_LETTER_COUNT = 3
_SHORT, _LONGER = 6, 7
_FITS = re.compile(PATTERN)


def letters_for(name: str, choose: Choose) -> str:
    """An organization's three letters are the first three Latin ones of its name, without their accents.

    A name with fewer than three gets three random letters, none of them a look-alike.

    >>> letters_for("École 42", choose=min)
    'ECO'
    >>> letters_for("学校", choose=min)
    'AAA'
    """
    # NFKD takes an accent off its letter and opens ligatures; what is still not ASCII has no Latin letter.
    plain = unicodedata.normalize("NFKD", name)
    latin = [c.upper() for c in plain if c in string.ascii_letters]
    if len(latin) < _LETTER_COUNT:
        return "".join(choose(LETTERS) for _ in range(_LETTER_COUNT))
    return "".join(latin[:_LETTER_COUNT])


def letters(text: str) -> str:
    """Three letters that an organization chooses are any three of A to Z, in either case.

    >>> letters("abc")
    'ABC'
    """
    if re.fullmatch("[A-Za-z]{3}", text) is None:
        raise Refused("unprocessable_entity", "Choose three letters from A to Z.", field="letters")
    return text.upper()


def prefix(letters: str, issued_at: datetime) -> str:
    """What a certificate's code begins with: the organization's letters and the year of issue in UTC.

    >>> prefix("ACA", datetime(2026, 3, 15, 10, tzinfo=UTC))
    'TRC-ACA-26'
    """
    return f"TRC-{letters}-{issued_at.astimezone(UTC).year % 100:02d}"


def length_for(used: int) -> int:
    """Codes grow from six characters to seven once one in a hundred under their prefix is taken.

    That keeps collisions rare for the issuer, and guesses hopeless for everybody else.

    >>> length_for(0), length_for(len(ALPHABET) ** 6 // 100)
    (6, 7)
    """
    return _SHORT if used * 100 < len(ALPHABET) ** _SHORT else _LONGER


def draw(prefix: str, length: int, choose: Callable[[Sequence[int]], int]) -> str:
    """A new code is its prefix and as many characters of the alphabet, each as likely as any other.

    >>> draw("TRC-ACA-26", 6, choose=max)
    'TRC-ACA-26-ZZZZZZ'
    """
    # One lot among all codes of this length: drawing each character by itself takes six times as long.
    lot, drawn = choose(range(len(ALPHABET) ** length)), ""
    for _ in range(length):
        lot, place = divmod(lot, len(ALPHABET))
        drawn += ALPHABET[place]
    return f"{prefix}-{drawn}"


def normalise(text: str) -> str | None:
    """A code is looked up whatever its case and the blanks around it; text that is no code is None.

    >>> normalise(" trc-aca-26-f5n8k3 ")
    'TRC-ACA-26-F5N8K3'
    >>> normalise("TRC-ACA-26-O00000") is None
    True
    """
    bare = text.strip()
    # Upper-casing turns a few foreign letters (dotless i, long s) into ASCII ones: with them it is no code.
    upper = bare.upper() if bare.isascii() else ""
    return upper if _FITS.fullmatch(upper) else None
