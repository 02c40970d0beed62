"""A run for people: report.html, one file that asks nobody for anything. Whatever a server said is escaped by Jinja."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..running import Result, Status
from ..sentences import all_sentences
from ..version import VERSION
from .account import Account, counted, reasons
from .curl import curl
from .words import of_several

HERE = Path(__file__).parent / "page"
WORDS = {
    Status.PASS: "met",
    Status.FAIL: "not met",
    Status.WARNING: "warning",
    Status.SKIP: "could not be tried",
    Status.DISABLED: "left out",
    Status.ERROR: "fault of the suite",
}
BAR_WIDTH = 240
SHOWN_FIRST = 12
"""So many of what is not met are listed on top."""


def html(account: Account) -> str:
    """The page."""
    style, script = (_source(name) for name in ("report.css", "report.js"))
    return (
        _environment()
        .get_template("report.html")
        .render(
            account=account,
            when=f"{account.begun.day} {account.begun:%B %Y, %H:%M} UTC",
            suite=VERSION,
            style=style,
            script=script,
            policy=f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}",
            areas=[_area(area, results) for area, results in account.areas.items()],
        )
    )


def _area(name: str, results: tuple[Result, ...]) -> dict[str, Any]:
    return {
        "name": name,
        "counts": counted(results),
        "bar": _bar(results),
        "missed": [each for each in results if each.status in (Status.FAIL, Status.WARNING, Status.ERROR)],
        "skipped": reasons(results, Status.SKIP),
        "disabled": [each for each in results if each.status is Status.DISABLED],
        "met": [each for each in results if each.status is Status.PASS],
    }


def _bar(results: tuple[Result, ...]) -> list[tuple[Status, float, float]]:
    """The pieces of an area's bar: status, where it begins, how wide it is."""
    pieces, begin = [], 0.0
    for status, count in counted(results).items():
        if count:
            width = BAR_WIDTH * count / len(results)
            pieces.append((status, begin, width))
            begin += width
    return pieces


def _told_by(source: str) -> str:
    """What a source says in words of ours, where it is a sentence of the suite's."""
    sentence = all_sentences().get(source)
    return "" if sentence is None else sentence.says


def _prose(text: str) -> Markup:
    """A sentence of ours, in which code stands between backticks.

    >>> _prose("`<b>` is bold")
    Markup('<code>&lt;b&gt;</code> is bold')
    """
    pieces = [escape(piece) for piece in text.split("`")]
    if len(pieces) % 2 == 0:  # one backtick is alone, so none of them means anything
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(each) if n % 2 else each for n, each in enumerate(pieces))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"curl": curl, "told_by": _told_by, "words": WORDS.__getitem__, "prose": _prose, "of": of_several}
    made.globals |= {"bar_width": BAR_WIDTH, "shown_first": SHOWN_FIRST, "statuses": list(Status)}
    return made


def _source(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _digest(code: str) -> str:
    """How a content security policy names what may stand in a page (CSP level 3, `hash-source`)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
