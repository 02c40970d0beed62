"""Colours: read in two spellings, kept in one, and readable wherever they stand as text."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import colours
from rules.errors import Refused

steady = settings(derandomize=True, deadline=None)
colour = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@steady
@given(colour)
def test_a_colour_is_kept_as_it_is_whatever_its_case(one: str) -> None:
    assert colours.parse(one) == colours.parse(one.upper()) == one


@steady
@given(st.text(alphabet="0123456789abcdefABCDEF", min_size=3, max_size=3))
def test_three_digits_are_six(digits: str) -> None:
    assert colours.parse(f"#{digits}") == colours.parse("#" + "".join(digit * 2 for digit in digits))


@steady
@given(st.text(max_size=9) | st.from_regex("#[0-9a-g]{1,8}", fullmatch=True))
def test_nothing_else_is_a_colour(text: str) -> None:
    if re.fullmatch("#([0-9A-Fa-f]{3}){1,2}", text) is not None:
        assert len(colours.parse(text)) == 7
        return
    with pytest.raises(Refused) as refused:
        colours.parse(text, "a_field")
    assert (refused.value.code, refused.value.details[0].field) == ("unprocessable_entity", "a_field")


@pytest.mark.parametrize("wrong", ["", "#", "#12", "#1234", "#12345", "#1234567", "1f3a5f", "#ggg", "red", "#1f3a5f\n"])
def test_what_looks_like_a_colour_and_is_none(wrong: str) -> None:
    with pytest.raises(Refused):
        colours.parse(wrong)


@pytest.mark.parametrize(  # figures of WCAG's own examples and of its understanding documents
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert colours.contrast(one, other) == pytest.approx(ratio, abs=0.005)


@steady
@given(colour, colour)
def test_contrast_knows_no_order_and_lies_between_1_and_21(one: str, other: str) -> None:
    assert 1 <= colours.contrast(one, other) == colours.contrast(other, one) <= 21


@steady
@given(colour, colour)
def test_an_accent_can_be_read_on_any_ground(accent: str, ground: str) -> None:
    shown = colours.readable(accent, ground)
    assert colours.contrast(shown, ground) >= colours.READABLE
    if colours.contrast(accent, ground) >= colours.READABLE:
        assert shown == accent


@steady
@given(colour)
def test_on_white_an_accent_gets_no_lighter(accent: str) -> None:
    shown = colours.readable(accent)
    assert all(int(shown[at : at + 2], 16) <= int(accent[at : at + 2], 16) for at in (1, 3, 5))
