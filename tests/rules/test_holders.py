"""Holders are found by any part of their name or address, however it is typed."""

import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules import holders

steady = settings(derandomize=True, deadline=None)
names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=40)
EMAIL = "jane@example.com"


def finds(text: str, name: str, email: str = EMAIL) -> bool:
    """Whether a holder is found by a text."""
    return all(word in holders.key(name, email) for word in holders.words(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("jane", "Jane Doe"),
        ("DOE jane", "Jane Doe"),
        ("ane do", "Jane Doe"),
        ("zoe", "Zoë Doe"),
        ("ZOË", "Zoe Doe"),
        ("zoe\u0308", "Zoë Doe"),
        ("strasse", "Jane Straße"),
        ("ΣΊΣΥΦΟΣ", "Σίσυφος"),
        ("istanbul", "İSTANBUL"),
        ("fi", "ﬁlip"),
        ("ольга", "ОЛЬГА"),
        ("EXAMPLE.com", "Jane Doe"),
        ("", "Jane Doe"),
    ],
)
def test_a_holder_is_found(text: str, name: str) -> None:
    assert finds(text, name)


@pytest.mark.parametrize("text", ["john", "jane smith", "%", "_", "jane%doe", "\\"])
def test_another_is_not(text: str) -> None:
    assert not finds(text, "Jane Doe")


@steady
@given(names, st.data())
def test_any_piece_of_a_name_finds_it(name: str, chosen: st.DataObject) -> None:
    start = chosen.draw(st.integers(0, len(name) - 1))
    piece = name[start : chosen.draw(st.integers(start + 1, len(name)))]
    # Cut between a letter and what stands on it, both are something else than before.
    assume(unicodedata.normalize("NFKD", name[:start]) + unicodedata.normalize("NFKD", name[start:])
           == unicodedata.normalize("NFKD", name))  # fmt: skip
    assert finds(piece, name)


@steady
@given(names)
def test_a_name_is_found_in_any_case_and_form(name: str) -> None:
    for spelt in (name.upper(), name.lower(), name.casefold(), name.swapcase()):
        if spelt.casefold() == name.casefold():
            assert finds(spelt, name)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert finds(unicodedata.normalize(form, name), name)


@steady
@given(st.text(max_size=500))
def test_only_so_many_words_are_looked_for(text: str) -> None:
    found = holders.words(text)
    assert len(found) <= holders.MOST_WORDS
    assert all(word and not word.isspace() for word in found)


@steady
@given(st.text(st.characters(codec="ascii"), max_size=40))
def test_plain_letters_are_folded_as_any_others(text: str) -> None:
    """Beside a letter that is left out, the same text takes the long way."""
    assert holders._folded(text) == holders._folded(f"{text}\N{COMBINING ACUTE ACCENT}")
