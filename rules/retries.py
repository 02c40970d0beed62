"""Retries: when a delivery that did not get through is tried again."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

DEFAULT = "5s,5m,30m,2h,5h,10h,14h,20h,24h"
SPREAD = 0.2
"""How much longer than planned a pause may be at most, so that what failed together is not tried together."""

LONGEST = timedelta(days=14)
"""Beyond that nobody waits for an event."""
UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}

_PAUSE = re.compile(rf"([1-9][0-9]{{0,5}})([{''.join(UNITS)}])")
_SECONDS = re.compile("0*([0-9]{1,9})")  # more is no pause but a century
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH, _TIME = rf"(?P<month>{'|'.join(_MONTHS)})", "(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_DATES = tuple(  # RFC 9110, section 5.6.7: the one in use, and two that are older than the web
    re.compile(pattern)
    for pattern in (
        rf"[A-Z][a-z]{{2}}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT",
        rf"[A-Z][a-z]{{5,8}}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT",
        rf"[A-Z][a-z]{{2}} {_MONTH} (?P<day>[ 0-9][0-9]) {_TIME} (?P<year>[0-9]{{4}})",
    )
)


def schedule(text: str) -> tuple[timedelta, ...]:
    """The pauses between tries are a comma-separated list of whole numbers of seconds, minutes, hours or days.

    Anything else raises ValueError with a sentence for the operator.

    >>> [str(pause) for pause in schedule("5s, 30m, 1d")]
    ['0:00:05', '0:30:00', '1 day, 0:00:00']
    """
    return tuple(_pause(part.strip()) for part in text.split(","))


def asked_pause(header: str | None, now: datetime) -> timedelta | None:
    """A receiver may ask for a pause, in seconds or until a date (Retry-After; RFC 9110, section 10.2.3).

    A date that is over asks for no pause at all; what is neither number nor date asks for nothing.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    >>> str(asked_pause("120", noon)), str(asked_pause("Sun, 15 Mar 2026 12:00:30 GMT", noon)), asked_pause("soon", noon)
    ('0:02:00', '0:00:30', None)
    """
    text = (header or "").strip(" \t")
    if seconds := _SECONDS.fullmatch(text):
        return timedelta(seconds=int(seconds[1]))
    until = _date(text, now)
    return None if until is None else max(until - now, timedelta())


def pause(schedule: Sequence[timedelta], tries: int, chance: float, asked: timedelta | None) -> timedelta | None:
    """After each failure the next pause of the schedule is kept, and after the last one no more is tried (None).

    `tries` counts the failures so far, this one included. `chance`, at least 0 and less than 1, lengthens the pause by
    up to a fifth. A receiver that asks for longer gets it, up to twice the schedule's pause.

    >>> str(pause([timedelta(minutes=5)], 1, 0.5, None)), str(pause([timedelta(minutes=5)], 1, 0.5, timedelta(hours=1)))
    ('0:05:30', '0:10:00')
    >>> pause([timedelta(minutes=5)], 2, 0.5, None) is None
    True
    """
    if tries > len(schedule):
        return None
    base = schedule[tries - 1]
    return max(base * (1 + SPREAD * chance), min(asked or timedelta(), 2 * base))


def _pause(text: str) -> timedelta:
    found = _PAUSE.fullmatch(text)
    if found is None:
        raise ValueError(
            f"{text!r} is not a pause between tries: write whole numbers from 1, each with one of "
            f"{', '.join(UNITS)}, and commas between them, such as {DEFAULT}."
        )
    pause = int(found[1]) * UNITS[found[2]]
    if pause > LONGEST:
        raise ValueError(f"{text!r} is too long a pause between tries: 14d is the longest.")
    return pause


def _date(text: str, now: datetime) -> datetime | None:
    found = next((found for pattern in _DATES if (found := pattern.fullmatch(text))), None)
    if found is None:
        return None
    month = _MONTHS.index(found["month"]) + 1
    day, hour, minute, second = (int(found[unit]) for unit in ("day", "hour", "minute", "second"))
    try:
        return datetime(_year(found["year"], now), month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:  # 30 February, 25 o'clock, the year 0
        return None


def _year(written: str, now: datetime) -> int:
    """Two digits that would lie more than fifty years ahead mean the century before (RFC 9110, section 5.6.7)."""
    if len(written) == len("1994"):
        return int(written)
    year = now.year // 100 * 100 + int(written)
    return year - 100 if year > now.year + 50 else year
