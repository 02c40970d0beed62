"""Entity tags: one for the same type and bytes, and read from If-None-Match however it is written."""

from hypothesis import given
from hypothesis import strategies as st

from rules import entity_tags

TYPES = st.sampled_from([b"application/json", b"application/ld+json", b"image/svg+xml"])
Blanks = st.text(" \t", max_size=2)


@given(st.tuples(TYPES, st.binary(max_size=50)), st.tuples(TYPES, st.binary(max_size=50)))
def test_two_answers_have_one_tag_exactly_when_they_are_the_same(
    one: tuple[bytes, bytes], other: tuple[bytes, bytes]
) -> None:
    assert (entity_tags.strong(*one) == entity_tags.strong(*other)) == (one == other)


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=5), st.data())
def test_a_tag_is_found_wherever_it_is_named(bodies: list[bytes], data: st.DataObject) -> None:
    tags = [entity_tags.strong(b"application/json", body) for body in bodies]
    named = [data.draw(Blanks) + data.draw(st.sampled_from(["", "W/"])) + tag + data.draw(Blanks) for tag in tags]
    cut = data.draw(st.integers(0, len(named)))
    lines = [",".join(part) for part in (named[:cut], named[cut:])]
    assert all(entity_tags.is_named(tag, lines) for tag in tags)
    other = entity_tags.strong(b"text/plain", b"of something else")
    assert not entity_tags.is_named(other, lines)
    assert entity_tags.is_named(other, [*lines, " * "])
