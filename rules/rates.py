"""Limits as an operator writes them."""

import re
from dataclasses import dataclass

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}

_WRITTEN = re.compile(rf"([1-9][0-9]{{0,8}})/({'|'.join(UNITS)})")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` requests in any `seconds` seconds.

    >>> Rate(120, 60).count
    120
    """

    count: int
    seconds: int


def parse(text: str) -> Rate | None:
    """A limit is a number of requests per second, minute, hour or day; `off` is none at all.

    Anything else raises ValueError with a sentence for the operator.

    >>> parse("120/minute")
    Rate(count=120, seconds=60)
    >>> parse("off") is None
    True
    """
    if text.strip() == "off":
        return None
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(
            f"{text!r} is not a limit: write a whole number from 1, a slash and one of "
            f"{', '.join(UNITS)}, such as 120/minute, or write off."
        )
    return Rate(int(found[1]), UNITS[found[2]])
