"""Pauses between tries: the operator's schedule, a little chance, and what the receiver asks for within bounds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import retries
from rules.retries import asked_pause, pause

steady = settings(derandomize=True, deadline=None)
NOW = datetime(2026, 3, 15, 10, tzinfo=UTC)
DEFAULT = retries.schedule(retries.DEFAULT)
pauses = st.timedeltas(timedelta(seconds=1), timedelta(days=30))
schedules = st.lists(pauses, min_size=1, max_size=12)
chances = st.floats(0, 1, exclude_max=True)
asked = st.none() | st.timedeltas(timedelta(), timedelta(days=99))


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_the_schedule_when_nobody_chose_another() -> None:
    hours = [3600 * count for count in (2, 5, 10, 14, 20, 24)]
    assert tuple(map(seconds, (5, 300, 1800, *hours))) == DEFAULT
    assert sum(DEFAULT, timedelta()) > timedelta(days=3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1s", (seconds(1),)),
        (" 90s , 2m,1h,1d ", (seconds(90), seconds(120), seconds(3600), seconds(86400))),
        ("14d", (timedelta(days=14),)),
    ],
)
def test_schedules(text: str, expected: tuple[timedelta, ...]) -> None:
    assert retries.schedule(text) == expected


@pytest.mark.parametrize("text", ["", ",", "5s,", "5", "0s", "-5s", "1.5h", "5 s", "5S", "1w", "5s;5m", "off", "٣s"])
def test_what_is_no_schedule_is_explained(text: str) -> None:
    with pytest.raises(ValueError, match="such as 5s,5m"):
        retries.schedule(text)


def test_nobody_waits_longer_than_two_weeks() -> None:
    with pytest.raises(ValueError, match="14d is the longest"):
        retries.schedule("5s,15d")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("120", seconds(120)),
        (" 0 ", seconds(0)),
        ("000000000007", seconds(7)),
        ("999999999", seconds(999_999_999)),
        ("Sun, 15 Mar 2026 10:02:00 GMT", seconds(120)),
        ("Sunday, 15-Mar-26 10:02:00 GMT", seconds(120)),
        ("Sun Mar 15 10:02:00 2026", seconds(120)),
        ("Sun Mar  1 10:02:00 2026", seconds(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - NOW),
        ("Sunday, 06-Nov-94 08:49:37 GMT", seconds(0)),
        ("Sunday, 15-Mar-77 10:00:00 GMT", seconds(0)),
        ("Sunday, 15-Mar-76 10:00:00 GMT", NOW.replace(year=2076) - NOW),
    ],
)
def test_what_a_receiver_asks_for(header: str, expected: timedelta) -> None:
    assert asked_pause(header, NOW) == expected


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "soon",
        "-5",
        "1.5",
        "5, 10",
        "٣",
        "1e3",
        "9" * 10,
        "9" * 9999,
        "2026-03-15T10:02:00Z",
        "Sun, 30 Feb 2026 10:02:00 GMT",
        "Sun, 15 Mar 2026 25:02:00 GMT",
        "Sun, 15 Mar 0000 10:02:00 GMT",
        "Sun, 15 Mar 2026 10:02:00 +0200",
        "Sun Mar    10:02:00 2026",
    ],
)
def test_nonsense_asks_for_nothing(header: str | None) -> None:
    assert asked_pause(header, NOW) is None


@steady
@given(st.text() | st.from_regex("[A-Z][a-z]{2}, [0-9]{2} (Jan|Feb|Dec) [0-9]{4} [0-9:]{8} GMT", fullmatch=True))
def test_no_header_does_harm(header: str) -> None:
    found = asked_pause(header, NOW)
    assert found is None or found >= timedelta()


@steady
@given(schedules, st.integers(1, 12), chances, asked)
def test_a_pause_is_the_schedules_and_at_most_twice_as_long(
    schedule: list[timedelta], tries: int, chance: float, asked: timedelta | None
) -> None:
    found = pause(schedule, tries, chance, asked)
    if tries > len(schedule):
        assert found is None
        return
    base = schedule[tries - 1]
    assert found is not None
    assert base <= found <= 2 * base
    assert asked is None or asked > 2 * base or found >= asked
    assert (asked or base) > base or found <= base * 1.2


@pytest.mark.parametrize(
    ("chance", "asked", "expected"),
    [
        (0, None, 100),
        (0.5, None, 110),
        (0, seconds(90), 100),
        (0, seconds(150), 150),
        (0.99, seconds(110), 119.8),
        (0, seconds(201), 200),
    ],
)
def test_pauses(chance: float, asked: timedelta | None, expected: float) -> None:
    assert pause([seconds(100)], 1, chance, asked) == seconds(expected)
