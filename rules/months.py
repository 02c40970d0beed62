"""Months, as figures over time are cut into."""

from datetime import UTC, date, datetime


def last(number: int, now: datetime) -> tuple[date, ...]:
    """The first days of so many months, the earliest first; the last one is the present month, in UTC.

    >>> [day.isoformat() for day in last(3, datetime(2026, 1, 31, tzinfo=UTC))]
    ['2025-11-01', '2025-12-01', '2026-01-01']
    """
    today = now.astimezone(UTC)
    present = today.year * 12 + today.month - 1
    return tuple(date(month // 12, month % 12 + 1, 1) for month in range(present - number + 1, present + 1))
