"""What a clause is: one requirement of a server, with an address, its sources, its weight, and one check."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .trial import Trial

Check = Callable[["Trial"], None]


class Severity(StrEnum):
    """Whether a server that does not meet a requirement is not conformant, or only worse than it might be."""

    MUST = "must"
    SHOULD = "should"


@dataclass(frozen=True)
class Clause:
    """A requirement and how it is found out whether a server meets it."""

    slug: str
    """Its address, `area/name`."""
    requirement: str
    """What a server has to do, in a sentence or two."""
    source: tuple[str, ...]
    """Where that is said: ids of `sentences/`, pointers into openapi.yaml, sections of specifications."""
    severity: Severity
    check: Check
    is_late: bool = False
    """Tried after all others, since it changes whatever it finds on the server."""

    @property
    def area(self) -> str:
        """The part of its address before the slash.

        >>> Clause("states/expired", "An expired one is not valid.", (), Severity.MUST, lambda trial: None).area
        'states'
        """
        return self.slug.partition("/")[0]


def must(slug: str, *source: str) -> Callable[[Check], Clause]:
    """Make a clause of a check, its docstring the requirement. A server that fails it is not conformant."""
    return _made(Severity.MUST, slug, source)


def should(slug: str, *source: str) -> Callable[[Check], Clause]:
    """The same for what is worth a warning."""
    return _made(Severity.SHOULD, slug, source)


def clauses_of(module: ModuleType) -> list[Clause]:
    """The clauses that a module defines, alone or in tuples, as they stand there."""
    found: list[Clause] = []
    for value in vars(module).values():
        found += [each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, Clause)]
    return found


def _made(severity: Severity, slug: str, source: tuple[str, ...]) -> Callable[[Check], Clause]:
    def made(check: Check) -> Clause:
        requirement = " ".join((check.__doc__ or "").split())
        return Clause(slug, requirement, source, severity, check)

    return made
