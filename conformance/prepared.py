"""Things that are made once, when they are first asked for, and shared by all clauses. A failure is remembered as well."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from .findings import Blocked, NotMet, NotPossible, Silent

Made = TypeVar("Made")
Maker = TypeVar("Maker", bound="Prepares")


class Prepares:
    """Has things that are made once."""

    def __init__(self) -> None:
        self.made: dict[str, Any] = {}
        """By name, what was made or why it could not be."""


def prepared(make: Callable[[Maker], Made]) -> property:
    """Something that is made when it is first asked for. What the server fails at blocks the clauses that need the thing."""

    @wraps(make)
    def once(maker: Maker) -> Made:
        name = make.__name__
        if name not in maker.made:
            maker.made[name] = _outcome(maker, make)
        outcome = maker.made[name]
        if isinstance(outcome, NotPossible):
            raise outcome
        return outcome  # type: ignore[no-any-return]  # what `make` made

    return property(once)


def _outcome(maker: Maker, make: Callable[[Maker], Made]) -> Made | NotPossible:
    try:
        return make(maker)
    except NotPossible as why:
        return why
    except (NotMet, Silent) as why:
        what = (make.__doc__ or make.__name__).strip().rstrip(".").lower()
        return Blocked(f"it needs {what}, which could not be made: {why}")
