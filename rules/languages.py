"""Languages: which of ours a visitor is answered in."""

import re
from collections.abc import Sequence

_RANGE = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*")
_MOST = 20


def preferred(accepted: str, languages: Sequence[str]) -> str:
    """A visitor is answered in the language of ours that the browser ranks highest; in our first one where it names none.

    `accepted` is an Accept-Language header (RFC 9110, section 12.5.4); regions are passed over, and what is not a
    language range is too.

    >>> preferred("nl-BE,nl;q=0.9,en;q=0.8", ("en", "nl"))
    'nl'
    >>> preferred("fr, en;q=0.1, nl;q=0", ("en", "nl"))
    'en'
    >>> preferred("?!", ("en", "nl"))
    'en'
    """
    weights = dict(_weights(accepted))
    best = max(languages, key=lambda language: weights.get(language, weights.get("*", 0.0)))
    return best if weights.get(best, weights.get("*", 0.0)) > 0 else languages[0]


def _weights(accepted: str) -> list[tuple[str, float]]:
    """The ranges with their weights, the highest of each language last, since the last one is kept."""
    found = (_RANGE.fullmatch(part) for part in accepted.split(",")[:_MOST])
    ranges = [(match[1].lower(), float(match[2] or 1)) for match in found if match]
    return sorted(ranges, key=lambda named: named[1])
