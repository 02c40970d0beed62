"""Instants as the contract writes them: RFC 3339 in UTC, ending in `Z`."""

import re
from datetime import UTC, datetime
from typing import Any

from .findings import NotMet

_FITS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z")


def instant(text: Any, what: str = "an instant") -> datetime:  # noqa: ANN401  # any JSON value
    """What is written; whatever else it is ends the clause.

    >>> instant("2026-03-15T10:00:00Z")
    datetime.datetime(2026, 3, 15, 10, 0, tzinfo=datetime.timezone.utc)
    """
    try:
        if isinstance(text, str) and _FITS.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise NotMet(f"{what} is {text!r}: no instant in UTC as RFC 3339 writes it with a Z")


def written(moment: datetime) -> str:
    """An instant of a whole second, for the server.

    >>> written(datetime(2026, 3, 15, 10, tzinfo=UTC))
    '2026-03-15T10:00:00Z'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
