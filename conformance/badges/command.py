"""`truecerta-conformance badge URL|FILE`: judges any issuer's badge, and says why."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from .badge import Form, Presented
from .differences import Difference, Official, differences
from .fetching import Fetcher
from .finding import Finding, Report, Severity, Verdict
from .judging import judge
from .official import NoAnswer, ask
from .recognising import recognised
from .values import is_web_address

EXIT_CODES = {Verdict.VALID: 0, Verdict.INVALID: 1, Verdict.COULD_NOT_TELL: 2}
MOST_BYTES = 10_000_000
_ROLES = {"Issuer": "Profile", "": "nothing that could be judged"}


@dataclass(frozen=True)
class _Second:
    """The other opinion: what the official validator says, or why it says nothing."""

    official: Official | None
    trouble: str
    differences: tuple[Difference, ...] = ()


def badge(
    source: str,
    recipient: str | None = None,
    official: Path | None = None,
    as_json: bool = False,  # noqa: FBT001, FBT002  # an option of the command line
    now: datetime | None = None,
    write: Callable[[str], None] = print,
) -> int:
    """Judge what an address leads to, or what a file holds, and write the verdict and its reasons.

    `official` is the Python of an environment with the official validator, whose opinion is then shown beside ours.
    Returns 0 for a valid badge, 1 for an invalid one, 2 where nobody can tell.
    """
    try:
        presented = _presented(source)
    except OSError as error:
        trouble = f"{source} cannot be read: {error.strerror or error}."
        verdict = Verdict.COULD_NOT_TELL
        shown = {"source": source, "verdict": verdict, "trouble": trouble}
        write(json.dumps(shown) if as_json else _printable(f"{verdict.upper()}: {trouble}"))
        return EXIT_CODES[verdict]
    report = judge(presented, Fetcher().get, now or datetime.now(UTC), recipient)
    second = _second(official, source, recipient, report) if official else None
    write(_as_json(report, second) if as_json else "\n".join(map(_printable, _lines(report, second))))
    return EXIT_CODES[report.verdict]


def _presented(source: str) -> Presented:
    if is_web_address(source):
        return Presented(source, Form.HOSTED)
    with Path(source).open("rb") as file:
        return recognised(source, file.read(MOST_BYTES))


def _second(python: Path, source: str, recipient: str | None, report: Report) -> _Second:
    try:
        found = ask(python, source, recipient)
    except NoAnswer as why:
        return _Second(None, str(why))
    return _Second(found, "", tuple(differences(report, found)))


def _lines(report: Report, second: _Second | None) -> Iterator[str]:
    kind = _ROLES.get(report.kind, report.kind)
    errors = sum(finding.severity is Severity.ERROR for finding in report.findings)
    warnings = len(report.findings) - errors
    yield f"{report.verdict.upper()}: {report.source}"
    yield f"{kind}; {_count(len(report.documents), 'address', 'addresses')} read, {_count(errors, 'error')}, " + _count(
        warnings, "warning"
    )
    for finding in report.findings:
        yield from ("", *_told(finding))
    if second:
        yield from ("", *_compared(report, second))


def _told(finding: Finding) -> Iterator[str]:
    yield f"{finding.severity}: {finding.rule}"
    yield f"  {finding.explanation}"
    yield f"  where: {finding.document}{f' at {finding.pointer}' if finding.pointer else ''}"
    yield f"  rule:  {finding.source}"


def _compared(report: Report, second: _Second) -> Iterator[str]:
    official = second.official
    if official is None:
        yield f"The official validator gave no verdict. {second.trouble}"
        return
    verdict = "valid" if official.valid else "invalid"
    agrees = verdict == report.verdict
    says = "agrees" if agrees else "says"
    yield f"The official validator {says}: {verdict.upper()}, {_count(len(official.errors), 'error')}"
    yield from (f"  {message}" for message in (*official.errors, *official.warnings))
    for is_ours, title in ((True, "Seen by these rules only:"), (False, "Seen by the official validator only:")):
        told = [each for each in second.differences if each.is_ours is is_ours]
        yield from ("", title) if told else ()
        for each in told:
            yield from (f"  {each.what}", f"    {each.why}")


def _printable(line: str) -> str:
    """A line without anything that a terminal would obey: what sites publish is quoted in it."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _as_json(report: Report, second: _Second | None) -> str:
    shown: dict[str, object] = {
        "source": report.source,
        "verdict": report.verdict,
        "kind": report.kind,
        "documents": report.documents,
        "findings": [asdict(finding) for finding in report.findings],
    }
    if second:
        shown["official"] = asdict(second)
    return json.dumps(shown, indent=1)
