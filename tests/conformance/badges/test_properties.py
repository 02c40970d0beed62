"""Whatever somebody publishes, the judge judges: it never raises, and it says the same of the same."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.badges import fixtures
from conformance.badges.finding import Report
from conformance.badges.fixtures import edited
from conformance.badges.judging import judge, judge_url
from conformance.badges.recognising import recognised
from conformance.badges.web import Answer, Fetched

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
NAMES = fixtures.names("accept")
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["https://example.org/issuer", "https://example.org/assertions/1", "urn:uuid:1", "http://[", "data:,"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "@id", "@value", "@context", "email"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any, pointer: str = "") -> Iterator[str]:  # noqa: ANN401  # JSON of any sort
    """Every place in a JSON value but the whole."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        inner = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
        yield inner
        yield from places(each, inner)


@st.composite
def spoilt(draw: st.DrawFn) -> fixtures.Fixture:
    """An accepted badge with one to three members of its documents removed or replaced by anything."""
    what = fixtures.described(draw(st.sampled_from(NAMES)))
    for _ in range(draw(st.integers(1, 3))):
        bodies = {url: answer["body"] for url, answer in what["web"].items() if isinstance(answer.get("body"), dict)}
        targets = [(url, place) for url, body in bodies.items() for place in places(body)]
        url, place = draw(st.sampled_from(targets))
        edit = draw(st.sampled_from([{"op": "remove"}, {"op": "replace"}]))
        made = edited(bodies[url], {**edit, "path": place, "value": draw(VALUES)})
        what["web"][url] = {**what["web"][url], "body": made}
    return fixtures.made("spoilt", what)


def judged(shown: fixtures.Fixture) -> Report:
    return judge(shown.presented, shown.get, shown.now, "jane@example.com")


@settings(max_examples=120, deadline=None)
@given(spoilt())
def test_a_spoilt_badge_is_judged(shown: fixtures.Fixture) -> None:
    report = judged(shown)
    assert report == judged(shown)
    assert all(finding.explanation and finding.document for finding in report.findings)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=5), st.sampled_from([200, 404, 410, 500]))
def test_any_document_is_judged(body: dict[str, Any], status: int) -> None:
    def get(_url: str) -> Answer:
        return Fetched(status, "application/ld+json", json.dumps(body).encode())

    assert judge_url("https://example.org/assertions/1", get, NOW).findings


@settings(max_examples=120, deadline=None)
@given(
    st.binary(max_size=300)
    | st.binary(max_size=200).map(lambda rest: b"\x89PNG\r\n\x1a\n" + rest)
    | st.text(max_size=100).map(lambda rest: f"<svg xmlns:openbadges='http://openbadges.org'>{rest}</svg>".encode())
    | st.from_regex(r"\A[A-Za-z0-9_=-]{1,20}\.[A-Za-z0-9_=-]{1,20}\.[A-Za-z0-9_=-]{0,20}\Z").map(str.encode)
)
def test_any_file_is_judged(content: bytes) -> None:
    report = judge(recognised("badge", content), lambda _: None, NOW)
    assert report.findings


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["png", "svg", "signed-in-png"]), st.data())
def test_an_image_with_a_changed_byte_is_judged(name: str, data: st.DataObject) -> None:
    shown = fixtures.fixture(f"accept/{name}")
    content = bytearray(shown.presented.content)
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(judge(recognised("badge", bytes(content)), shown.get, NOW), Report)
