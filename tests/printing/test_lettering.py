"""Lettering: nothing is lost of a text but what would turn others around, and no word is too long for a line."""

import re

from hypothesis import given
from hypothesis import strategies as st

from printing import lettering

TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


@given(st.text())
def test_a_line_keeps_its_letters_in_their_order(text: str) -> None:
    shown = lettering.line(text)
    assert "".join(shown["text"].split()) == "".join(TURNING.sub("", text).split())
    assert "".join(shown["pieces"]) == shown["text"]


@given(st.text(alphabet=st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=300))
def test_no_word_is_longer_than_a_line_holds(text: str) -> None:
    words = [word for piece in lettering.line(text)["pieces"] for word in piece.split()]
    assert max(map(len, words), default=0) <= lettering.LONGEST_WORD


@given(st.text())
def test_a_mark_stays_with_its_letter(text: str) -> None:
    assert not any(re.match("[\u0300-\u036f\u200d]", piece) for piece in lettering.line(text)["pieces"][1:])


def test_a_text_runs_as_its_first_letter_does() -> None:
    names = ("Jane", "123 דוד", "محمد", "(Jane) محمد", "12")
    assert [lettering.line(name)["rtl"] for name in names] == [False, True, True, False, False]


def test_only_letters_that_need_it_get_more_room() -> None:
    names = ("Zoë Ångström", "Ωραία", "Щука", "Nguyễn", "محمد", "न", "Z\u0301\u0316")
    assert [lettering.line(name)["tall"] for name in names] == [False, False, False, False, True, True, True]


def test_a_long_description_ends_after_a_word() -> None:
    cut = lettering.prose("building " * 200)
    assert cut is not None
    assert cut["text"].endswith("building …")
    assert len(cut["text"]) <= lettering.LONGEST_PROSE + 2
    assert lettering.prose(None) is lettering.prose(" \n ") is None
