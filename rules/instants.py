"""Instants: read as RFC 3339 with any offset, kept and shown in UTC."""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone

import orjson

from rules.errors import Detail, Refused

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
CLOCK_DRIFT = timedelta(seconds=60)
"""How far another machine's clock may run ahead of ours before its "now" is the future."""

_RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-5][0-9]))"
)


def parse(text: str, field: str) -> datetime:
    """A moment counts only with its offset from UTC, between the years 1970 and 2200 (RFC 3339, section 5.6).

    Finer than a microsecond is cut off. `field` names the place in the request that a refusal points to.

    >>> parse("2026-03-15T12:00:00.5+02:00", "issued_at").isoformat()
    '2026-03-15T10:00:00.500000+00:00'
    """
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise _refused(field, "must be a date and time with an offset, such as 2026-03-15T10:00:00Z")
    try:
        instant = _instant(found)
    except (ValueError, OverflowError):  # 30 February, a leap second, an offset that leaves the calendar
        raise _refused(field, "is not a moment that the calendar knows") from None
    if not EARLIEST <= instant <= LATEST:
        raise _refused(field, "must lie between the years 1970 and 2200")
    return instant


def cursor(text: str, field: str) -> datetime:
    """Where a page begins: what lies before this instant. Finer than a microsecond is rounded up, so that nothing is lost.

    >>> cursor("2026-03-15T10:00:00.0000001Z", "cursor").microsecond
    1
    """
    found = _RFC3339.fullmatch(text)
    is_finer = found is not None and (found[7] or "")[6:].strip("0") != ""
    return parse(text, field) + timedelta(microseconds=is_finer)


def show(instant: datetime) -> str:
    """Every time is written in UTC and ends in `Z`, with six decimals only where there is a fraction.

    >>> show(datetime(2026, 3, 15, 10, 0, tzinfo=UTC))
    '2026-03-15T10:00:00Z'
    """
    utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    # The same as isoformat writes, years of four digits included, in a quarter of the time: lists are full of these.
    return orjson.dumps(utc, option=orjson.OPT_UTC_Z)[1:-1].decode()


def day(instant: datetime) -> str:
    """A day as people read it on pages and in mails, in UTC.

    >>> day(datetime(2026, 3, 5, 10, tzinfo=UTC))
    '5 March 2026'
    """
    utc = instant.astimezone(UTC)
    return f"{utc.day} {utc:%B} {utc.year}"


def add_months(instant: datetime, months: int) -> datetime:
    """Months are counted by the calendar; a day that the month lacks becomes its last one.

    >>> show(add_months(datetime(2026, 1, 31, tzinfo=UTC), 1))
    '2026-02-28T00:00:00Z'
    """
    utc = instant.astimezone(UTC)
    years, month = divmod(utc.month - 1 + months, 12)
    year, month = utc.year + years, month + 1
    return utc.replace(year=year, month=month, day=min(utc.day, monthrange(year, month)[1]))


def issue_instant(given: datetime | None, now: datetime) -> datetime:
    """A certificate is issued now, in whole seconds, or at a past moment that the issuer names.

    A minute ahead is forgiven, since clocks differ; later is refused, since a badge from the future is invalid.

    >>> show(issue_instant(None, datetime(2026, 3, 15, 10, 0, 0, 999, tzinfo=UTC)))
    '2026-03-15T10:00:00Z'
    """
    if given is None:
        return now.replace(microsecond=0)
    if given > now + CLOCK_DRIFT:
        raise _refused("issued_at", "must not lie in the future")
    return given


def _instant(found: re.Match[str]) -> datetime:
    *whole, fraction, sign, hours, minutes = found.groups()
    year, month, day, hour, minute, second = map(int, whole)
    microsecond = int((fraction or "")[:6].ljust(6, "0"))
    zone = _zone(sign, int(hours), int(minutes)) if sign else UTC
    return datetime(year, month, day, hour, minute, second, microsecond, zone).astimezone(UTC)


def _zone(sign: str, hours: int, minutes: int) -> timezone:
    ahead = timedelta(hours=hours, minutes=minutes)  # a day or more is refused by timezone itself
    return timezone(ahead if sign == "+" else -ahead)


def _refused(field: str, why: str) -> Refused:
    return Refused("unprocessable_entity", f"{field} {why}.", details=(Detail(field, why),))
