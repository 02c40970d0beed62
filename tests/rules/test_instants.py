"""Instants come in with any offset and go out in UTC."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import instants
from rules.errors import Refused

steady = settings(derandomize=True, deadline=None)
first, last = (edge.replace(tzinfo=None) for edge in (instants.EARLIEST, instants.LATEST))
moments = st.datetimes(first, last, timezones=st.just(UTC))
offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
NOW = datetime(2026, 3, 15, 10, 0, 0, 250_000, tzinfo=UTC)


@steady
@given(moments)
def test_what_is_shown_can_be_read(moment: datetime) -> None:
    assert instants.parse(instants.show(moment), "at") == moment


@steady
@given(
    st.datetimes(timezones=st.just(UTC) | st.just(ZoneInfo("UTC")))
    | moments.flatmap(lambda moment: offsets.map(moment.astimezone))
    | moments.map(lambda moment: moment.replace(microsecond=0))
)
def test_what_is_shown_is_what_isoformat_would_write(moment: datetime) -> None:
    assert instants.show(moment) == moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


@steady
@given(moments, offsets)
def test_the_offset_changes_nothing(moment: datetime, offset: timezone) -> None:
    assert instants.parse(moment.astimezone(offset).isoformat(), "at") == moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-15t10:00:00z", "2026-03-15T10:00:00Z"),
        ("2026-03-15T10:00:00.1234569Z", "2026-03-15T10:00:00.123456Z"),
        ("2026-03-15T10:00:00.0000009Z", "2026-03-15T10:00:00Z"),
        ("2026-03-15T10:00:00-00:00", "2026-03-15T10:00:00Z"),
        ("1969-12-31T23:00:00-01:00", "1970-01-01T00:00:00Z"),
        ("2200-12-31T23:59:59.9999999Z", "2200-12-31T23:59:59.999999Z"),
    ],
)
def test_every_spelling_is_read(text: str, expected: str) -> None:
    assert instants.show(instants.parse(text, "at")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-15",
        "2026-03-15T10:00:00",
        "2026-03-15 10:00:00Z",
        "2026-03-15T10:00Z",
        "2026-03-15T10:00:00.Z",
        "2026-03-15T10:00:00Z\n",
        "2026-03-15T10:00:00+0200",
        "2026-03-15T10:00:00+24:00",
        "2026-03-15T10:00:00+01:60",
        "2026-02-30T10:00:00Z",
        "2026-03-15T24:00:00Z",
        "2016-12-31T23:59:60Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "1969-12-31T23:59:59.999999Z",
        "2201-01-01T00:00:00Z",
        "2026-03-1\N{ARABIC-INDIC DIGIT FIVE}T10:00:00Z",
    ],
)
def test_what_is_no_instant_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        instants.parse(text, "issued_at")
    assert refusal.value.code == "unprocessable_entity"
    assert refusal.value.details[0].field == "issued_at"


@steady
@given(st.text() | st.from_regex(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:.]{0,20}([Zz]|[+-][0-9]{2}:[0-9]{2})$"))
def test_nothing_but_refused_is_ever_raised(text: str) -> None:
    try:
        instants.parse(text, "at")
    except Refused:
        return


def test_early_years_keep_their_zeros() -> None:
    assert instants.show(datetime(7, 1, 1, tzinfo=UTC)) == "0007-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31T12:00:00Z", 1, "2026-02-28T12:00:00Z"),
        ("2028-01-31T12:00:00Z", 1, "2028-02-29T12:00:00Z"),
        ("2028-02-29T12:00:00Z", 12, "2029-02-28T12:00:00Z"),
        ("2026-12-31T12:00:00Z", 2, "2027-02-28T12:00:00Z"),
        ("2200-12-31T23:59:59Z", 1200, "2300-12-31T23:59:59Z"),
    ],
)
def test_months_follow_the_calendar(start: str, months: int, end: str) -> None:
    assert instants.show(instants.add_months(instants.parse(start, "at"), months)) == end


@steady
@given(moments, st.integers(1, 1200))
def test_months_never_shorten_a_certificate(moment: datetime, months: int) -> None:
    later = instants.add_months(moment, months)
    assert (later.year * 12 + later.month) - (moment.year * 12 + moment.month) == months
    assert later.day == min(moment.day, monthrange(later.year, later.month)[1])
    assert later.timetz() == moment.astimezone(UTC).timetz()


def test_months_are_counted_in_utc() -> None:
    tokyo = datetime(2026, 2, 1, 8, tzinfo=timezone(timedelta(hours=9)))  # 31 January in UTC
    assert instants.show(instants.add_months(tokyo, 1)) == "2026-02-28T23:00:00Z"


def test_an_issue_date_defaults_to_whole_seconds() -> None:
    assert instants.issue_instant(None, NOW) == NOW.replace(microsecond=0)


def test_an_issue_date_may_lie_a_minute_ahead_and_no_more() -> None:
    edge = NOW + timedelta(seconds=60)
    assert instants.issue_instant(edge, NOW) == edge
    with pytest.raises(Refused) as refusal:
        instants.issue_instant(edge + timedelta(microseconds=1), NOW)
    assert refusal.value.details[0].field == "issued_at"
