"""What a rule is: one requirement of Open Badges 2.0, with a name, its source, its weight, and one pure check."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from .badge import Badge
from .finding import Finding, Severity
from .node import Flaws

Check = Callable[[Badge], Flaws]


@dataclass(frozen=True)
class Rule:
    """A requirement and how one sees whether a badge meets it."""

    slug: str
    """Its name: words with hyphens between them."""
    requirement: str
    """What a badge has to be, in a sentence or two."""
    severity: Severity
    source: str
    """The section of the specification, and the property."""
    check: Check
    decides: bool
    """False of what only says that something could not be read."""

    def findings(self, badge: Badge) -> list[Finding]:
        """Everything in a badge that is not as it has to be."""
        return [
            Finding(self.slug, self.severity, flaw.document, flaw.pointer, flaw.words, self.source, self.decides)
            for flaw in self.check(badge)
        ]


def error(slug: str, section: str, *, decides: bool = True) -> Callable[[Check], Rule]:
    """Make a rule of a check, its docstring the requirement. A badge that does not meet it is invalid."""
    return _made(slug, section, Severity.ERROR, decides=decides)


def warning(slug: str, section: str) -> Callable[[Check], Rule]:
    """The same for what makes a badge worse, and not invalid."""
    return _made(slug, section, Severity.WARNING)


def rules_of(module: ModuleType) -> list[Rule]:
    """The rules that a module defines, as they stand there."""
    return [value for value in vars(module).values() if isinstance(value, Rule)]


def _made(slug: str, section: str, severity: Severity, *, decides: bool = True) -> Callable[[Check], Rule]:
    def made(check: Check) -> Rule:
        requirement = " ".join((check.__doc__ or "").split())
        return Rule(slug, requirement, severity, f"Open Badges 2.0, {section}", check, decides)

    return made
