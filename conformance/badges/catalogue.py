"""The rules and the differences as tables of Markdown: `python -m conformance.badges.catalogue docs/badges.md`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from . import rules
from .differences import BLIND_TO, blindness, strictness
from .rule import Rule


def table() -> str:
    """Every rule: its name, its weight, what it asks, and where the specification does.

    >>> table().splitlines()[2].startswith("| `presentation` | error | A badge is handed over as")
    True
    """
    head = ["| Rule | Weight | What it asks | Section of Open Badges 2.0 |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *map(_row, rules.RULES)])


def differences() -> str:
    """What the official validator does not see, and what it asks beyond the specification."""
    return "\n".join(_differences())


def rewritten(page: str) -> str:
    """A page with both tables as they are now, between their marks."""
    for name, made in (("differences", differences()), ("rules", table())):
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, rest = page.split(begin)
        page = f"{before}{begin}\n{made}\n{end}{rest.split(end)[1]}"
    return page


def _row(rule: Rule) -> str:
    mark = " ¹" if rule.slug in BLIND_TO else ""
    section = rule.source.removeprefix("Open Badges 2.0, ")
    return f"| `{rule.slug}`{mark} | {rule.severity} | {rule.requirement} | {section} |"


def _differences() -> Iterator[str]:
    yield from ("| It does not report | because |", "| --- | --- |")
    for why, slugs in blindness().items():
        yield f"| {', '.join(f'`{slug}`' for slug in slugs)} | {why} |"
    yield from ("", "| It reports | and yet |", "| --- | --- |")
    for message, why in strictness().items():
        yield f"| {message} | {why} |"


if __name__ == "__main__":
    for place in map(Path, sys.argv[1:]):
        place.write_text(rewritten(place.read_text(encoding="utf-8")), encoding="utf-8")
