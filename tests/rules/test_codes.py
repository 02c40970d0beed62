"""Codes can be read out, compared and guessed at no better than the alphabet allows."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import codes

steady = settings(derandomize=True, deadline=None)
letters = st.text(alphabet=codes.LETTERS, min_size=3, max_size=3)


def test_the_alphabet_has_thirty_characters_and_no_look_alikes() -> None:
    assert codes.ALPHABET == "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Example Academy", "EXA"),
        ("Ångström", "ANG"),
        ("42 ab", "ZZZ"),
        ("ﬁlm", "FIL"),
        ("", "ZZZ"),
        ("\N{LATIN SMALL LETTER DOTLESS I}s Åré", "SAR"),
        ("Школа", "ZZZ"),
    ],
)
def test_letters_come_from_the_name_or_by_lot(name: str, expected: str) -> None:
    assert codes.letters_for(name, choose=max) == expected


@steady
@given(st.text())
def test_any_name_gives_three_letters(name: str) -> None:
    assert re.fullmatch("[A-Z]{3}", codes.letters_for(name, choose=max))


def test_the_year_is_that_of_utc() -> None:
    new_year_in_tokyo = datetime(2027, 1, 1, 8, tzinfo=timezone(timedelta(hours=9)))
    assert codes.prefix("ACA", new_year_in_tokyo) == "TRC-ACA-26"
    assert codes.prefix("ACA", datetime(2105, 1, 1, tzinfo=UTC)) == "TRC-ACA-05"


def test_codes_grow_exactly_at_one_percent() -> None:
    assert [codes.length_for(n) for n in (7_289_999, 7_290_000)] == [6, 7]


@steady
@given(letters, st.datetimes(timezones=st.just(UTC)), st.integers(0, 10**9), st.randoms())
def test_a_drawn_code_is_its_own_normal_form(three: str, when: datetime, used: int, lot: object) -> None:
    choose = getattr(lot, "choice")  # noqa: B009
    code = codes.draw(codes.prefix(three, when), codes.length_for(used), choose)
    assert codes.normalise(code) == codes.normalise(f"\t{code.lower()} ") == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TRC-ACA-26-F5N8K",
        "TRC-ACA-26-F5N8K3F5N8K",
        "TRC-ACA-26-F5N8K0",
        "TRC-ACA-2\N{ARABIC-INDIC DIGIT SIX}-F5N8K3",
        "TRC-AC\N{LATIN SMALL LETTER DOTLESS I}-26-F5N8K3",
        "TRC-ACA-26-F5N8K\N{LATIN SMALL LETTER LONG S}",
        "TRC-ACA-26-F5N8\N{KELVIN SIGN}3",
        "TRC-ACA-26-F5N8K3\nTRC",
        "TRC-ACA-26-F5N8K3\0",
    ],
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert codes.normalise(text) is None


@steady
@given(st.text() | st.from_regex(re.compile(codes.PATTERN, re.IGNORECASE)))
def test_only_ascii_ever_matches(text: str) -> None:
    code = codes.normalise(text)
    assert code is None or (text.strip().isascii() and re.fullmatch(codes.PATTERN, code))
