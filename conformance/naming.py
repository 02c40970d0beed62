"""What users call areas and clauses, and what they may have meant."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from .clause import Clause

SUGGESTIONS = 3


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
    inside = [each for each in known if written_so and written_so in each.rpartition("/")[2]]
    near = list(dict.fromkeys([*get_close_matches(written_so, known, SUGGESTIONS), *inside]))[:SUGGESTIONS]
    if not near:
        return "--list shows all of them."
    return f"Did you mean {' or '.join(f'`{each}`' for each in near)}?"
