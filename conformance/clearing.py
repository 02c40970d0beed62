"""Order that is left behind: no endpoint of the suite's stays on a server."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from .asking import ENDPOINTS, Caller
from .findings import NotMet, NotPossible, Silent
from .instants import instant
from .receiving import FOLDER

OLD = timedelta(hours=1)
"""No run takes as long: an endpoint that is older was left behind by one that was broken off."""
MOST_SILENCES = 3
"""A server that has gone away is not asked about every single endpoint."""


def remove_endpoints(callers: Iterable[Caller | None], runs: Iterable[str], now: datetime | None = None) -> None:
    """Those that were made, those of these runs, and those that an earlier run has left behind; no other run's."""
    known = tuple(f"{FOLDER}{run}/" for run in runs)
    for caller in callers:
        if caller is not None:
            left = [each for each in _listed(caller) if _is_to_go(each, known, now or datetime.now(UTC))]
            _remove(caller, {**{str(each.get("id")): {} for each in left}, **caller.endpoints})


def _remove(caller: Caller, endpoints: Mapping[str, Mapping[str, str]]) -> None:
    silences = 0
    for endpoint, headers in endpoints.items():
        if silences >= MOST_SILENCES:
            return
        try:
            caller.delete(f"{ENDPOINTS}/{quote(endpoint, safe='')}", headers=headers)
        except NotPossible:
            continue  # the next one may go
        except Silent:
            silences += 1


def _is_to_go(endpoint: Mapping[str, Any], known: tuple[str, ...], now: datetime) -> bool:
    with suppress(NotMet, ValueError):
        path = urlsplit(str(endpoint.get("url"))).path
        return any(folder in path for folder in known) or (
            FOLDER in path and now - instant(endpoint.get("created_at")) > OLD
        )
    return False


def _listed(caller: Caller) -> list[dict[str, Any]]:
    """The organization's endpoints, as far as it is one and the server answers with any."""
    if caller.key is None:
        return []
    try:
        listed = caller.get(ENDPOINTS).json["data"]
    except (NotMet, NotPossible, Silent, KeyError, TypeError):
        return []
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
