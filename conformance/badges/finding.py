"""What is said of a badge: findings, each of them one rule that is not met somewhere, and the verdict they come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a badge is worth nothing that does not meet a rule, or only worse than it might be."""

    ERROR = "error"
    WARNING = "warning"


class Verdict(StrEnum):
    """What a badge comes to."""

    VALID = "valid"
    INVALID = "invalid"
    COULD_NOT_TELL = "could not tell"


@dataclass(frozen=True)
class Finding:
    """A rule that is not met at one place."""

    rule: str
    """The rule's name."""
    severity: Severity
    document: str
    """The address of the document, or the name of the file that was given."""
    pointer: str
    """Where in the document: a JSON pointer, empty for all of it."""
    explanation: str
    """What is wrong there, for somebody who has never read the specification."""
    source: str
    """Where the specification asks for it."""
    decides: bool = True
    """False where a badge could not be read: that speaks neither for nor against it."""


@dataclass(frozen=True)
class Report:
    """All that is said of one badge."""

    source: str
    """What was judged: an address, or a file's name."""
    findings: tuple[Finding, ...]
    documents: tuple[str, ...]
    """Every address that was read, in that order."""
    kind: str
    """What it turned out to be: `Assertion`, `BadgeClass`, `Issuer`, `Endorsement`; empty where nothing was found."""

    @property
    def verdict(self) -> Verdict:
        """Valid without an error; undecided where the only errors are that something could not be read."""
        errors = [finding for finding in self.findings if finding.severity is Severity.ERROR]
        if not errors:
            return Verdict.VALID
        return Verdict.INVALID if any(error.decides for error in errors) else Verdict.COULD_NOT_TELL

    def broken(self, severity: Severity | None = None) -> list[str]:
        """The names of the rules that are not met, each once, in alphabetical order."""
        return sorted({each.rule for each in self.findings if severity in (None, each.severity)})


def each_once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings without repetition, the errors first: two roads may lead to one document."""
    found = {(each.rule, each.document, each.pointer): each for each in findings}
    return tuple(sorted(found.values(), key=lambda each: each.severity is not Severity.ERROR))
