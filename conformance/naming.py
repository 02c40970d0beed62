"""What users call areas and clauses, and what they may have meant."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import takewhile

from .clause import Clause

SUGGESTIONS = 3
SHORTEST_BEGINNING = 3


def misnamed(names: Iterable[str], clauses: Sequence[Clause]) -> list[str]:
    """A sentence for each name that neither an area nor a clause has, with those that come near.

    >>> from .clause import Severity
    >>> misnamed(["state", "states"], [Clause("states/expired", "", (), Severity.MUST, print)])
    ['There is no area or clause `state`. Did you mean `states`?']
    """
    known = list(dict.fromkeys(name for clause in clauses for name in (clause.area, clause.slug)))
    return [f"There is no area or clause `{name}`. {_advice(name, known)}" for name in names if name not in known]


def _advice(name: str, known: Sequence[str]) -> str:
    written_so = name.strip().lower().replace("_", "-")
    alike = [area for area in _areas(known) if _begin_alike(written_so, area)]
    inside = [each for each in known if written_so and written_so in each.rpartition("/")[2]]
    near = list(dict.fromkeys([*alike, *get_close_matches(written_so, known, SUGGESTIONS), *inside]))[:SUGGESTIONS]
    if not near:
        return f"The areas are {', '.join(_areas(known))}; --list shows the clauses."
    return f"Did you mean {' or '.join(f'`{each}`' for each in near)}?"


def _areas(known: Sequence[str]) -> list[str]:
    return sorted(name for name in known if "/" not in name)


def _begin_alike(name: str, area: str) -> bool:
    """Whether two thirds of a name, and more than a letter or two, are how an area begins.

    >>> [area for area in ("states", "verification", "webhooks") if _begin_alike("verify", area)]
    ['verification']
    """
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(name, area, strict=False)))
    return shared >= max(SHORTEST_BEGINNING, 2 * len(name) / 3)
