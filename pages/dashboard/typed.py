"""What is typed into a form as something else than a text: a number, a day, an id."""

import re
from datetime import UTC, date, datetime, time
from uuid import UUID

from rules.errors import Detail, Refused

_WHOLE = re.compile("[0-9]{1,9}")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def whole(typed: str, field: str, least: int, most: int) -> int | None:
    """A whole number within bounds; None where nothing was typed.

    >>> whole("12", "validity_period_months", 1, 1200), whole("", "validity_period_months", 1, 1200)
    (12, None)
    """
    if not typed:
        return None
    if not _WHOLE.fullmatch(typed) or not least <= int(typed) <= most:
        raise _refused(field, f"must be a whole number from {least} to {most}")
    return int(typed)


def day(typed: str, field: str, today: date) -> datetime | None:
    """The beginning of a day in UTC; None where nothing was typed, and for today, which is now.

    >>> day("2026-03-15", "issued_at", date(2026, 3, 16)).isoformat()
    '2026-03-15T00:00:00+00:00'
    """
    if not typed:
        return None
    try:
        found = date.fromisoformat(typed) if _DAY.fullmatch(typed) else None
    except ValueError:  # 30 February
        found = None
    if found is None:
        raise _refused(field, "must be a day as year, month and day, such as 2026-03-15")
    if found.year < 1970:  # noqa: PLR2004  # as rules.instants: no certificate is older than that
        raise _refused(field, "must not lie before the year 1970")
    if found > today:
        raise _refused(field, "must not lie in the future")
    return None if found == today else datetime.combine(found, time.min, UTC)


def identity(typed: str) -> UUID | None:
    """An id as it stands in an address; None for what is none.

    >>> identity("Web Development") is None
    True
    """
    try:
        return UUID(typed)
    except ValueError:
        return None


def _refused(field: str, why: str) -> Refused:
    return Refused("unprocessable_entity", f"{field} {why}.", details=(Detail(field, why),))
