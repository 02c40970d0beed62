"""Lettering: nothing is lost of a text but what would turn others around, and no word is too long for a line."""

import re

from hypothesis import given
from hypothesis import strategies as st

from printing import lettering

TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


@given(st.text())
def test_a_line_keeps_its_letters_in_their_order(text: str) -> None:
    kept = lettering.line(text)["text"].replace("\u200b", "")
    assert "".join(kept.split()) == "".join(TURNING.sub("", text).replace("\u200b", "").split())


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=300))
def test_no_word_is_longer_than_a_line_holds(text: str) -> None:
    pieces = re.split("[\\s\u200b]", lettering.line(text)["text"])
    assert max(map(len, pieces)) <= lettering.LONGEST_WORD


@given(st.text())
def test_a_mark_stays_with_its_letter(text: str) -> None:
    assert not re.search("\u200b[\u0300-\u036f\u200d]", lettering.line(text.replace("\u200b", ""))["text"])


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
