"""Holders: how they are found by what somebody remembers of their name or address."""

import unicodedata

MOST_WORDS = 8
"""As many words as are looked for; further ones narrow nothing down that anybody would type."""


def key(name: str, email: str) -> str:
    """What a holder is found by: name and address without accents and regardless of case.

    >>> key("Zoë  Doe", "Zoe@Example.com")
    'zoe doe zoe@example.com'
    """
    return " ".join(_folded(f"{name} {email}").split())


def words(text: str) -> tuple[str, ...]:
    """What is asked for, word by word, as it stands in a key: a holder is found whose key has each word somewhere.

    >>> words("  DOE, jane ")
    ('doe,', 'jane')
    """
    return tuple(_folded(text).split()[:MOST_WORDS])


def _folded(text: str) -> str:
    """Compatible forms are one (NFKD), marks that are set on letters are left out, and case is folded."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(character for character in plain if unicodedata.category(character) != "Mn")
