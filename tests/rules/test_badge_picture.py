"""The generated picture is valid, harmless, readable and always the same."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import badge_picture

steady = settings(derandomize=True, deadline=None)


@steady
@given(st.text(), st.text(), st.none() | st.text())
def test_any_text_gives_the_same_well_formed_picture(name: str, organization: str, level: str | None) -> None:
    picture = badge_picture.svg(name, organization, level)
    root = ET.fromstring(picture.encode("utf-8"))  # noqa: S314 (our own)
    assert {element.tag.partition("}")[2] for element in root.iter()} <= {
        "svg", "title", "circle", "rect", "path", "polygon", "text",
    }  # fmt: skip
    assert picture == badge_picture.svg(name, organization, level)


def test_nothing_in_a_name_becomes_markup() -> None:
    picture = badge_picture.svg('"><script>alert(1)</script>', "<a href='https://example.com'>", "&amp;")
    assert "<script" not in picture
    assert "<a " not in picture
    assert not re.search(r"(href|src|url\(|@import|on\w+=)", re.sub(r">[^<]*<", "><", picture))


def test_even_half_a_surrogate_pair_is_drawn_without() -> None:
    badge_picture.svg("A\ud800\ufffe\0", "B", None).encode("utf-8")


@steady
@given(st.text(min_size=1), st.integers(1, 3), st.integers(2, 12))
def test_no_row_is_too_wide(text: str, rows: int, widest: int) -> None:
    result = badge_picture.wrapped(text, rows, widest)
    assert len(result) <= rows
    assert all(badge_picture._width(row) <= widest for row in result)


def test_long_words_and_scripts_without_blanks_are_broken() -> None:
    assert badge_picture.wrapped("陶芸教室入門講座", 2, 4) == ["陶芸教室", "入門講座"]
    assert badge_picture.wrapped("x" * 30, 1, 4) == ["xxxx…"]


@pytest.mark.parametrize("name", ["Web Development", "e\u0301cole e\u0301lite", "ßtraße", "1 a", "…", "🎉", ""])
def test_initials_are_two_letters_at_most(name: str) -> None:
    assert len(re.sub("[\u0300-\u036f]", "", badge_picture.initials(name))) <= 2


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("palette", badge_picture.PALETTES)
def test_every_palette_is_readable(palette: badge_picture.Palette) -> None:
    pairs = [("#ffffff", palette.deep), ("#ffffff", palette.main), (palette.bright, palette.deep)]
    for light, dark in [*pairs, (palette.pale, palette.deep)]:
        assert (luminance(light) + 0.05) / (luminance(dark) + 0.05) >= 4.5
