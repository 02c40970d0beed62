"""Pages of a list, newest first, cut by the `created_at` of their last item."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items, and whether more come after them."""

    items: list[Item]
    has_more: bool
