"""What is typed as a number or a day: taken as it was meant, or refused with its field named."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pages.dashboard import typed
from rules.errors import Refused

TODAY = date(2026, 3, 16)
_WRITTEN_AS_A_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@given(some.integers(1, 1200))
def test_a_number_is_read_as_it_is_written(number: int) -> None:
    assert typed.whole(str(number), "months", 1, 1200) == number


@given(some.text(min_size=1).filter(lambda text: not (text.isascii() and text.isdecimal())))
def test_no_other_text_is_a_number(text: str) -> None:
    with pytest.raises(Refused) as caught:
        typed.whole(text, "months", 1, 1200)
    assert [detail.field for detail in caught.value.details] == ["months"]


@given(some.text(min_size=1).filter(lambda text: not _WRITTEN_AS_A_DAY.fullmatch(text)))
def test_no_other_text_is_a_day(text: str) -> None:
    with pytest.raises(Refused) as caught:
        typed.day(text, "issued_at", TODAY)
    assert [detail.field for detail in caught.value.details] == ["issued_at"]


@given(some.integers().filter(lambda number: not 1 <= number <= 8))
def test_a_number_out_of_bounds_is_refused(number: int) -> None:
    with pytest.raises(Refused, match="from 1 to 8"):
        typed.whole(str(number), "eqf_level", 1, 8)


@given(some.dates(date(1970, 1, 1), TODAY - timedelta(days=1)))
def test_a_day_begins_at_midnight_in_utc(day: date) -> None:
    found = typed.day(day.isoformat(), "issued_at", TODAY)
    assert found == datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert found.utcoffset() == timedelta(0)


@given(some.dates(TODAY + timedelta(days=1)))
def test_no_day_lies_in_the_future(day: date) -> None:
    with pytest.raises(Refused, match="must not lie in the future"):
        typed.day(day.isoformat(), "issued_at", TODAY)


def test_today_and_nothing_are_now() -> None:
    assert typed.day("2026-03-16", "issued_at", TODAY) is None
    assert typed.day("", "issued_at", TODAY) is None


@given(some.uuids())
def test_an_id_is_read_as_it_is_written(identity: object) -> None:
    assert typed.identity(str(identity)) == identity
