"""Pages of a list: the address says where one begins, so that it can be kept and sent to others."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from pages.dashboard.visit import Visit
from pages.origin import DASHBOARD
from rules import instants
from rules.errors import Refused
from services.pagination import Page

PARAMETER = "cursor"


class Dated(Protocol):
    """What a list is sorted by."""

    @property
    def created_at(self) -> datetime:
        """When it was made."""


Item = TypeVar("Item", bound=Dated)


def beginning(visit: Visit) -> datetime | None:
    """Where the page asked for begins; None for the first one. An address that names no moment leads nowhere."""
    cursor = visit.query(PARAMETER)
    try:
        return instants.cursor(cursor, PARAMETER) if cursor else None
    except Refused:
        raise Refused("not_found", "There is no such page of this list.") from None


def following(page: Page[Item], path: str, query: Mapping[str, str]) -> str | None:
    """The path of the page after this one, with the same filters; None after the last."""
    if not page.has_more:
        return None
    return first(path, {**query, PARAMETER: instants.show(page.items[-1].created_at)})


def first(path: str, query: Mapping[str, str]) -> str:
    """The path of a list with its filters; those that filter nothing are left out."""
    chosen = {name: value for name, value in query.items() if value}
    return DASHBOARD + path + (f"?{urlencode(chosen)}" if chosen else "")
