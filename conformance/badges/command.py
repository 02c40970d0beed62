"""`truecerta-conformance badge URL|FILE`: judges any issuer's badge, and says why."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from .addresses import names_a_private_place
from .differences import Difference, Official, differences
from .fetching import Fetcher
from .finding import Finding, Report, Severity, Verdict
from .judging import Judgement, judgement
from .official import NoAnswer, ask
from .sources import STANDARD_INPUT, NoSource, check_recipient, presented
from .values import is_web_address

EXIT_CODES = {Verdict.VALID: 0, Verdict.INVALID: 1, Verdict.COULD_NOT_TELL: 2}
_ROLES = {"Issuer": "Profile"}


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
    is_private: bool = False,  # noqa: FBT001, FBT002  # so is this
    now: datetime | None = None,
    write: Callable[[str], None] = print,
) -> int:
    """Judge what an address leads to, or what a file or standard input (`-`) holds, and write the verdict and its reasons.

    `official` is the Python of an environment with the official validator, whose opinion is then shown beside ours.
    `is_private` lets a badge lead to addresses that are not public; so does an address that is not public itself.
    Returns 0 for a valid badge, 1 for an invalid one, 2 where nobody can tell.
    """
    try:
        check_recipient(recipient)
        given = presented(source)
    except NoSource as why:
        verdict = Verdict.COULD_NOT_TELL
        shown = {"source": source, "verdict": verdict, "trouble": str(why)}
        write(json.dumps(shown) if as_json else _printable(f"{verdict.upper()}: {why}"))
        return EXIT_CODES[verdict]
    is_public_only = not is_private and not (is_web_address(source) and names_a_private_place(source))
    fetcher = Fetcher(is_public_only=is_public_only)
    judged = judgement(given, fetcher.get, now or datetime.now(UTC), recipient)
    second = _second(official, source, recipient, judged, is_public_only=is_public_only) if official else None
    write(_as_json(judged, second) if as_json else "\n".join(map(_printable, _lines(judged, second))))
    return EXIT_CODES[judged.verdict]


def _second(python: Path, source: str, recipient: str | None, judged: Judgement, *, is_public_only: bool) -> _Second:
    if source == STANDARD_INPUT:
        return _Second(None, "It reads addresses and files, and no standard input.")
    try:
        found = ask(python, source, recipient, is_public_only=is_public_only)
    except NoAnswer as why:
        return _Second(None, str(why))
    return _Second(found, "", tuple(differences(judged.report, found)))


def _lines(judged: Judgement, second: _Second | None) -> Iterator[str]:
    report = judged.report
    yield f"{judged.verdict.upper()}: {report.source}"
    if judged.trouble:
        yield judged.trouble
    else:
        yield _counted(report)
        yield from _summarised(judged)
        for finding in report.findings:
            yield from ("", *_told(finding))
    if second:
        yield from ("", *_compared(judged, second))


def _counted(report: Report) -> str:
    errors = sum(finding.severity is Severity.ERROR for finding in report.findings)
    warnings = len(report.findings) - errors
    kind = f"{_ROLES.get(report.kind, report.kind)}; " if report.kind else ""
    addresses = _count(len(report.documents), "address", "addresses")
    return f"{kind}{addresses} read, {_count(errors, 'error')}, {_count(warnings, 'warning')}"


def _summarised(judged: Judgement) -> Iterator[str]:
    """What the badge says of itself, which is to be believed only of a valid one."""
    said = judged.summary
    host = f" ({said.issuer_host})" if said.issuer_host else ""
    is_endless = judged.report.kind == "Assertion" and said.issued_on and "expires" not in judged.report.broken()
    expires = said.expires or ("never" if is_endless else None)
    lines = {
        "issuer": f"{said.issuer or 'without a name'}{host}" if said.issuer or host else None,
        "badge": said.badge,
        "issued on": said.issued_on,
        "expires": expires,
        "recipient": said.recipient,
    }
    known = [f"  {name + ':':10} {text}" for name, text in lines.items() if text]
    if known and judged.verdict is not Verdict.VALID:
        yield "It says of itself, unproven:"
    yield from known


def _told(finding: Finding) -> Iterator[str]:
    yield f"{finding.severity}: {finding.rule}"
    yield f"  {finding.explanation}"
    yield f"  where: {finding.document}{f' at {finding.pointer}' if finding.pointer else ''}"
    yield f"  rule:  {finding.source}"


def _compared(judged: Judgement, second: _Second) -> Iterator[str]:
    official = second.official
    if official is None:
        yield f"The official validator gave no verdict. {second.trouble}"
        return
    verdict = "valid" if official.valid else "invalid"
    agrees = verdict == judged.verdict
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


def _as_json(judged: Judgement, second: _Second | None) -> str:
    report = judged.report
    shown: dict[str, object] = {
        "source": report.source,
        "verdict": judged.verdict,
        "trouble": judged.trouble or None,
        "kind": "" if judged.trouble else report.kind,
        "says": asdict(judged.summary),
        "documents": report.documents,
        "findings": [asdict(finding) for finding in report.findings],
    }
    if second:
        shown["official"] = asdict(second)
    return json.dumps(shown, indent=1)
