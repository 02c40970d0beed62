"""Months follow one another without a gap, up to the present one."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rules import months

steady = settings(derandomize=True, deadline=None)
moments = st.integers(0, 7_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@steady
@given(moments, st.integers(1, 60))
def test_each_ends_where_the_next_begins(now: datetime, number: int) -> None:
    firsts = months.last(number, now)
    assert len(firsts) == number
    assert firsts[-1] <= now.date() < (firsts[-1] + timedelta(days=31)).replace(day=1)
    for one, following in pairwise(firsts):
        assert (one + timedelta(days=31)).replace(day=1) == following


def test_a_month_is_that_of_utc() -> None:
    early = datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert months.last(1, early) == (date(2026, 2, 1),)
