"""Differences: told are the members that changed, and nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rules import differences

steady = settings(derandomize=True, deadline=None)
members = st.dictionaries(st.sampled_from("abcdef"), st.none() | st.integers(0, 2) | st.text(max_size=1))


@steady
@given(members, members)
def test_what_is_told_leads_from_one_to_the_other(before: dict[str, object], after: dict[str, object]) -> None:
    was, became = differences.between(before, after)
    untouched = {name: value for name, value in before.items() if name not in was}
    assert {**untouched, **became} == after
    assert {**untouched, **was} == before


@steady
@given(members)
def test_of_what_stayed_nothing_is_told(same: dict[str, object]) -> None:
    assert differences.between(same, dict(same)) == ({}, {})


@steady
@given(members, members)
def test_backwards_is_the_same_the_other_way_round(one: dict[str, object], other: dict[str, object]) -> None:
    assert differences.between(one, other) == differences.between(other, one)[::-1]
