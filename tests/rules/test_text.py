"""Text is accepted when it shows something; the contract's patterns and the rules agree on what that is."""

import re
import sys
import unicodedata
from collections.abc import Callable

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import text
from rules.errors import Refused

steady = settings(derandomize=True, deadline=None)
any_text = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
tricky = st.text(alphabet="a \t\n\r\0\x7f\x85\xa0\u200b\u2028\ufeff\ufe0f\u2800\U000e0041\U0001f389é\u0301")


def accepts(rule: Callable[[], str]) -> bool:
    """Whether a rule accepts; a refusal without its code and field counts as none."""
    try:
        rule()
    except Refused as refused:
        return [(refused.code, detail.field) for detail in refused.details] != [("unprocessable_entity", "f")]
    return True


@steady
@given(any_text | tricky)
def test_rule_and_pattern_agree(value: str) -> None:
    for rule, pattern in ((text.line, text.LINE_PATTERN), (text.lines, text.LINES_PATTERN)):
        expected = re.fullmatch(pattern, value) is not None
        assert accepts(lambda rule=rule: rule(value, field="f", longest=10**6)) is expected  # type: ignore[misc]


@steady
@given(any_text | tricky)
def test_rust_reads_the_patterns_as_python_does(value: str) -> None:
    for pattern in (text.LINE_PATTERN, text.LINES_PATTERN, text.ADDRESS_PATTERN, text.WEB_ADDRESS_PATTERN):
        rust = jsonschema_rs.validator_for({"type": "string", "pattern": pattern}).is_valid(value)
        assert rust is (re.fullmatch(pattern, value) is not None)


def test_every_blank_and_control_of_unicode_is_known() -> None:
    for character in map(chr, range(sys.maxunicode + 1)):
        category = unicodedata.category(character)
        if category in ("Zs", "Zl", "Zp", "Cc", "Cs") or character.isspace():
            assert not accepts(lambda c=character: text.line(c, field="f", longest=9)), hex(ord(character))  # type: ignore[misc]


@steady
@given(any_text)
def test_what_is_accepted_is_only_normalised(value: str) -> None:
    if accepts(lambda: text.lines(value, field="f", longest=10**6)):
        assert text.lines(value, field="f", longest=10**6) == unicodedata.normalize("NFC", value)


@pytest.mark.parametrize("value", ["", " ", "\u200b", "\u200d\ufeff", "\u3164", "\u2028", "\U000e0041"])
def test_text_that_shows_nothing_is_blank(value: str) -> None:
    with pytest.raises(Refused, match="f must not be blank"):
        text.line(value, field="f", longest=9)


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "a\n", "a\0", "a\x85", "a\ud800"])
def test_a_line_has_no_control_characters(value: str) -> None:
    with pytest.raises(Refused, match="control"):
        text.line(value, field="f", longest=9)


def test_lines_may_break_and_a_line_may_hold_separators() -> None:
    assert text.lines("a\r\n\tb\n", field="f", longest=9) == "a\r\n\tb\n"
    assert text.line("a\u2028b ", field="f", longest=9) == "a\u2028b "
    assert not accepts(lambda: text.lines("a\x0bb", field="f", longest=9))
    assert not accepts(lambda: text.lines("\n\t\r", field="f", longest=9))


def test_length_counts_after_normalisation() -> None:
    assert text.line("e\u0301" * 9, field="f", longest=9) == "é" * 9
    assert not accepts(lambda: text.line("\u0958" * 5, field="f", longest=9))  # each becomes two


@pytest.mark.parametrize(
    "value",
    ["jane@example.com", "j.d+x@localhost", "o'neil@a-b.test", "x@intranet.local", "a" * 64 + "@example.com"],
)
def test_mail_addresses(value: str) -> None:
    assert text.address(value, field="f") == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "jane",
        "@example.com",
        "jane@",
        ".jane@example.com",
        "jane.@example.com",
        "ja..ne@example.com",
        "jane@example.com\n",
        " jane@example.com",
        "jane@-example.com",
        "jane@example-.com",
        "jane@example..com",
        "jane@exa_mple.com",
        "jané@example.com",
        "jane@exämple.com",
        "jane@example.com,joe@example.com",
        "Jane <jane@example.com>",
        "a" * 65 + "@example.com",
        "a@" + "b" * 64 + ".com",
        "a@" + "b." * 126 + "b",
    ],
)
def test_what_is_no_mail_address(value: str) -> None:
    assert not accepts(lambda: text.address(value, field="f"))


def test_the_longest_mail_address() -> None:
    longest = "a@" + "b." * 125 + "bb"
    assert len(longest) == 254
    assert accepts(lambda: text.address(longest, field="f"))


@pytest.mark.parametrize(
    "value",
    [
        "https://example.com",
        "HTTP://EXAMPLE.COM:8080/a%20b?q=1&r=[]#top".replace("[]", "%5B%5D"),
        "http://localhost:3000/",
        "http://127.0.0.1/x",
        "https://[2001:db8::1]:443/",
        "https://example.com?q",
        "https://example.com/@jane",
        "https://example.com/" + "a" * 2028,
    ],
)
def test_web_addresses(value: str) -> None:
    assert text.web_address(value, field="f") == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "example.com",
        "//example.com",
        "ftp://example.com",
        "javascript://example.com/%0aalert(1)",
        "https://",
        "https:///x",
        "https://jane@example.com",
        "https://jane:secret@example.com",
        "https://example.com:99999/",
        "https://example.com\\@example.org",
        "https://[::zz]/",
        "https://[1.2.3.4]/",
        "https://exa mple.com",
        "https://example.com/a b",
        "https://example.com/\n",
        "https://example.com\n",
        "https://example.com/\t",
        'https://example.com/"x',
        "https://example.com/%zz",
        "https://example.com/é",
        "https://example.com/" + "a" * 2029,
    ],
)
def test_what_is_no_web_address(value: str) -> None:
    assert not accepts(lambda: text.web_address(value, field="f"))


@steady
@given(any_text | st.from_regex(text.WEB_ADDRESS_PATTERN) | st.from_regex(text.ADDRESS_PATTERN))
def test_nothing_but_refused_is_ever_raised(value: str) -> None:
    accepts(lambda: text.web_address(value, field="f"))
    accepts(lambda: text.address(value, field="f"))


@pytest.mark.parametrize("attack", ["\u200b" * 60_000 + "\0", "a" * 60_000 + "\0", "a." * 30_000, "a@" + "a-" * 30_000])
def test_no_text_takes_long(attack: str) -> None:
    for pattern in (text.LINE_PATTERN, text.LINES_PATTERN, text.ADDRESS_PATTERN, text.WEB_ADDRESS_PATTERN):
        assert re.fullmatch(pattern, attack) is None or "\0" not in attack
