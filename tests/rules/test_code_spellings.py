"""A code is understood as people write it, and nothing else is taken for one."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import code_spellings, codes

steady = settings(derandomize=True, deadline=None)
CODE = "TRC-ACA-26-F5N8K3"
cases: st.SearchStrategy[Callable[[str], str]] = st.sampled_from([str.lower, str.upper, str.title, str])
drawn = st.from_regex(codes.PATTERN.replace("$", r"\Z"))
gaps = st.text(alphabet=" -\u2010\u2011\u2013\u2014\u2212_./\u00a0\u200b\t", max_size=3)


@steady
@given(drawn, st.data())
def test_every_spelling_of_a_code_is_that_code(code: str, data: st.DataObject) -> None:
    groups = code.split("-")
    groups = groups[data.draw(st.sampled_from([0, 1])) :]
    spelt = data.draw(gaps) + "".join(group + data.draw(gaps) for group in groups)
    assert code_spellings.read(data.draw(cases)(spelt)) == code


@steady
@given(
    drawn,
    st.sampled_from(["https://example.com/v/{}", "example.com/academy/v/{}?lang=nl", "/v/{}.pdf", "({})", "„{}“"]),
)
def test_a_pasted_link_is_the_code_in_it(code: str, frame: str) -> None:
    assert code_spellings.read(frame.format(code)) == code_spellings.read(frame.format(code.lower())) == code


@pytest.mark.parametrize(
    "typed",
    [
        "\uff34\uff32\uff23-ACA-26-F5N8K3",
        "https://example.com/v/TRC%2DACA%2D26%2DF5N8K3",
        "https://example.com/api/v1/verify/trc-aca-26-f5n8k3",
        "https://example.com/v/TRC-ACA-26-F5N8K3/lost-mail",
        "My code is trc-aca-26-f5n8k3. Thanks",
        "TRC ACA 26 F5N 8K3",
        "T R C A C A 2 6 F 5 N 8 K 3",
        "aca26f5n8k3",
        "Code:\nTRC-ACA-26-F5N8K3",
    ],
)
def test_what_people_paste_is_understood(typed: str) -> None:
    assert code_spellings.read(typed) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "hello",
        "TRC",
        "F5N8K3",
        "TRC-ACA-26-F5N8K",
        "TRC-ACA-26-F5N8K3F5N8K",
        "TRC-ACA-26-O5N8K3",
        "TRC-A\N{LATIN SMALL LETTER DOTLESS I}A-26-F5N8K3",
        "TRC-ACA-26-F5N8K\N{ARABIC-INDIC DIGIT THREE}",
        "XTRC-ACA-26-F5N8K3X",
        "%00",
        "x" * 100_000,
    ],
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert code_spellings.read(typed) is None


@steady
@given(st.text())
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    found = code_spellings.read(typed)
    assert found is None or codes.normalise(found) == found


@steady
@given(drawn)
def test_letters_that_begin_like_the_prefix_stay_letters(code: str) -> None:
    named = f"TRC-TRC{code[7:]}"
    assert code_spellings.read(named.replace("-", "")) == code_spellings.read(named[4:]) == named
