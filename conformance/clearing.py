"""Order that is left behind: no endpoint of the suite's stays on a server."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from .asking import Caller
from .findings import NotMet, Silent
from .receiving import FOLDER


def remove_endpoints(made: Iterable[tuple[Caller, str]], callers: Iterable[Caller | None]) -> None:
    """Those that were made, and of each caller those that an earlier run left behind when it was broken off."""
    left = [
        (caller, str(each.get("id")))
        for caller in callers
        if caller is not None
        for each in _listed(caller)
        if FOLDER in urlsplit(str(each.get("url"))).path
    ]
    for caller, endpoint in dict.fromkeys([*made, *left]):
        caller.delete(f"/api/v1/webhooks/{endpoint}")


def _listed(caller: Caller) -> list[dict[str, Any]]:
    """The organization's endpoints, as far as the server answers with any."""
    try:
        listed = caller.get("/api/v1/webhooks").json["data"]
    except (NotMet, Silent, KeyError, TypeError):
        return []
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
