"""Whatever bytes arrive: a value that can be stored and shown, or Refused, and nothing else."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import json_text
from rules.errors import Refused
from rules.json_text import parse

steady = settings(derandomize=True, deadline=None)
words = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | words
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(words, inner), max_leaves=12)
marks = ["[", "]", "{", "}", ",", ":", '"', "\\", " ", "\x00", "\ufeff", "é"]
tokens = ["null", "NaN", "-Infinity", "1e999", "-0", "12.0", "9" * 5000, '"a"', '"\\u0000"', '"\\ud800"', '{"a":']
fragments = st.lists(st.sampled_from(marks + tokens))


HOSTILE = [
    b"[" * 65536,
    b'{"a":' * 10000,
    b"[" * 33 + b"]" * 33,
    b"[]" * 32768,
    b"9" * 65536,
    b"-" * 65536,
    b"-" + b"9" * 65535,
    b"1e999999999",
    b"0." + b"9" * 65000 + b"e999",
    b'"' + b"\\" * 65535,
    b'"[' * 30000,
    b"\\" + b"[" * 60000,
]


def refusal(data: bytes) -> Refused | None:
    try:
        parse(data)
    except Refused as refused:
        return refused
    return None


@steady
@given(st.binary() | fragments.map(lambda parts: "".join(parts).encode()))
def test_nothing_but_a_refusal_that_can_be_sent_is_ever_raised(data: bytes) -> None:
    if refused := refusal(data):
        assert refused.code == "unprocessable_entity"
        assert json.dumps([refused.message, [d.field for d in refused.details]], ensure_ascii=False).encode("utf-8")


@steady
@given(value=values, ascii_only=st.booleans())
def test_a_value_comes_back_as_it_was(*, value: object, ascii_only: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


def read(data: bytes) -> object:
    """As every text was read before the plain ones were read quickly: what comes of it, written down to the type."""
    try:
        return repr(json_text._read(json_text._text(data)))
    except Refused as refused:
        return refused.message, refused.details


def given_back(data: bytes) -> object:
    try:
        return repr(parse(data))
    except Refused as refused:
        return refused.message, refused.details


composed = st.text(alphabet="aé\u0301\u1100\u1161 \ud55c\u0345\u0323\u212b", max_size=6)
odd = st.recursive(scalars | composed, lambda inner: st.lists(inner) | st.dictionaries(composed, inner), max_leaves=8)
layouts = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t: ")])


@steady
@given(
    st.binary()
    | fragments.map(lambda parts: "".join(parts).encode())
    | st.builds(lambda value, layout: json.dumps(value, ensure_ascii=False, separators=layout).encode(), odd, layouts)
)
def test_a_plain_text_is_read_as_any_other(data: bytes) -> None:
    assert given_back(data) == read(data)


@pytest.mark.parametrize("data", HOSTILE)
def test_a_hostile_text_is_refused_as_any_other(data: bytes) -> None:
    assert given_back(data) == read(data)


@pytest.mark.parametrize(
    "data",
    [
        *(b'{"a":1,"a":1}', b'{"a":{"b":0},"a":2}', b'[{"a":1},{"a":1}]', b' {"a":1}', b'{"a":1} ', b'{"a":1}x'),
        *(b'{"a":999999999999999}', b'{"a":-9007199254740993}', b'{"a":0000}', b'{"a":-}', b'{"a":1.0}', b'{"a":1E2}'),
        *('{"é":1,"e\u0301":2}'.encode(), '"\u1100\u1161"'.encode(), b'"\x7f"', b'"\x1f"', b'"\\u00e9"', b'"\\/"'),
    ],
)
def test_what_is_in_doubt_is_read_as_any_other(data: bytes) -> None:
    assert given_back(data) == read(data)


def test_what_is_asked_for_all_the_time_is_plain() -> None:
    text = (
        '{"course_id": "6bae813e-91c3-483a-9aa2-4cc36c828a8b", "holder_name": "Zoë Doe", "months": 12, "notify": true}'
    )
    assert json_text._plain(text) == json.loads(text)


@pytest.mark.parametrize("data", HOSTILE)
def test_hostile_bodies_are_refused(data: bytes) -> None:
    assert refusal(data) is not None


def test_depth_counts_levels_and_not_brackets_in_text() -> None:
    assert refusal(b"[" * 32 + b"]" * 32) is None
    assert refusal(b"[" + b"[]," * 100 + b"[]]") is None
    assert refusal(json.dumps(['\\"' + "[" * 100]).encode()) is None


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b'{"holder_name": 1e999}', "holder_name"),
        (b'{"list": [0, 1, 2, {"x": NaN}]}', "list[3].x"),
        (b'{"a": {"b": 1, "b": 1}}', "a.b"),
        (b'{"a": "\\u0000"}', "a"),
        (b'{"a": ["\\ud83d"]}', "a[0]"),
        (b'{"a": {"\\ud83d": 1}}', "a"),
        (b'{"a": 9007199254740993}', "a"),
        (b'{"a": -1e300}', "a"),
        (b"[Infinity]", "[0]"),
    ],
)
def test_a_refusal_names_the_place(data: bytes, field: str) -> None:
    refused = refusal(data)
    assert refused is not None
    assert refused.details[0].field == field


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b" ", b"{", b"nul", b"'a'", b'{"a": 1,}', b"[1] 2", b"01", b"1.", b"+1", b'"\t"', b"// a\n1"),
        *(b"\xff", b'\xef\xbb\xbf"a"', b"\xed\xa0\x80", '"a"'.encode("utf-16")),
        *(b'"\\ud800"', b'{"\\u0000": 1}', b"1e1000"),
    ],
)
def test_the_body_itself_is_refused(data: bytes) -> None:
    refused = refusal(data)
    assert refused is not None
    assert refused.details == ()


@pytest.mark.parametrize(
    ("data", "value"),
    [(b"12.0", 12), (b"1.2e1", 12), (b"-0", 0), (b"-0.0", 0), (b"9007199254740992", 2**53), (b"0.5", 0.5), (b"1", 1)],
)
def test_whole_numbers_are_integers(data: bytes, value: float) -> None:
    assert (parse(data), type(parse(data))) == (value, type(value))


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert parse(b'{"a": "\\ud83c\\udf89"}') == {"a": "🎉"}


def test_a_long_name_is_shortened_in_the_refusal() -> None:
    refused = refusal(json.dumps({"n" * 5000: 2**60}).encode())
    assert refused is not None
    assert len(refused.message) < 150
