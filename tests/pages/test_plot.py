"""Plots: bars within their share of the width and their height, in the order of what they count."""

import itertools

from hypothesis import given
from hypothesis import strategies as some

from pages import plot

COUNTS = some.lists(some.integers(0, 10**9), min_size=1, max_size=24)


@given(COUNTS)
def test_bars_stand_side_by_side_and_none_is_too_tall(counts: list[int]) -> None:
    bars = plot.bars(counts, max(counts))
    assert len(bars) == len(counts)
    assert all(0 <= bar.left < bar.middle < bar.left + bar.width <= 100 for bar in bars)
    assert all(bar.left + bar.width < after.left for bar, after in itertools.pairwise(bars))
    assert all(0 <= bar.height <= 64 for bar in bars)


@given(COUNTS)
def test_what_is_more_is_no_lower_and_what_is_there_is_seen(counts: list[int]) -> None:
    heights = [bar.height for bar in plot.bars(counts, max(counts))]
    ordered = [height for _, height in sorted(zip(counts, heights, strict=True))]
    assert ordered == sorted(ordered)
    assert [height > 0 for height in heights] == [count > 0 for count in counts]


@given(COUNTS)
def test_the_highest_is_labelled_and_no_two_labels_touch(counts: list[int]) -> None:
    bars = plot.bars(counts, max(counts))
    labelled = [place for place, bar in enumerate(bars) if bar.label]
    if not any(counts):
        assert labelled == []
        return
    assert plot.short(max(counts)) in {bars[place].label for place in labelled}
    assert all(after - before > 1 for before, after in itertools.pairwise(labelled))
    assert all(len(bars[place].label) <= 5 for place in labelled)
