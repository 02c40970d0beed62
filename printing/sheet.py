"""What stands on a document, as the designs are told it. The same sheet is always the same document."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import orjson
from babel.dates import format_date

from printing import lettering

TEXTS = Path(__file__).parent / "texts"
_LOCALES = {"en": "en_GB", "nl": "nl_NL"}
_LABELS: Mapping[str, Mapping[str, str]] = {
    language: tomllib.loads((TEXTS / f"{language}.toml").read_text("utf-8")) for language in _LOCALES
}

Form = Literal["pdf", "png", "share"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A certificate with its look: design `classic`, `modern` or `minimal`, on `a4` or `letter`, in `en` or `nl`.

    `accent` is a colour that is readable on white. `logo` names the academy's mark; its bytes are read when they are needed.

    >>> Sheet.__slots__[:4]
    ('design', 'paper', 'language', 'accent')
    """

    design: str
    paper: str
    language: str
    accent: str
    academy: str
    logo: str | None
    course: str
    description: str | None
    holder: str
    levels: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime | None
    signatory_name: str | None
    signatory_title: str | None
    code: str
    link: str


def template(sheet: Sheet, form: Form) -> str:
    """The file of the design; a picture for sharing has one of its own."""
    return "share" if form == "share" else sheet.design


@lru_cache(maxsize=256)
def facts(sheet: Sheet, form: Form) -> bytes:
    """All that the templates are told, as JSON, the same bytes for the same sheet."""
    said: dict[str, Any] = {
        "paper": "share" if form == "share" else sheet.paper,
        "language": sheet.language,
        "labels": _LABELS[sheet.language],
        "accent": sheet.accent,
        "title": f"{sheet.holder}: {sheet.course}",
        "dated": _dated(sheet.issued_at),
        "ideographs": lettering.ideographs(sheet.holder + sheet.course),
        "academy": lettering.line(sheet.academy),
        "logo": sheet.logo,
        "holder": lettering.line(sheet.holder),
        "course": lettering.line(sheet.course),
        "description": lettering.prose(sheet.description),
        "levels": [lettering.line(level) for level in sheet.levels],
        "dates": _dates(sheet),
        "signatory-name": _optional(sheet.signatory_name),
        "signatory-title": _optional(sheet.signatory_title),
        "code": sheet.code,
        "link": sheet.link,
        "site": lettering.line(sheet.link.partition("://")[2].rpartition("/")[0]),
    }
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def _optional(text: str | None) -> lettering.Lettering | None:
    return lettering.line(text) if text else None


def _dates(sheet: Sheet) -> list[dict[str, str]]:
    labels = _LABELS[sheet.language]
    issued = {"label": labels["issued"], "value": _day(sheet.issued_at, sheet.language)}
    if sheet.expires_at is None:
        return [issued, {"label": labels["never"], "value": ""}]
    return [issued, {"label": labels["until"], "value": _day(sheet.expires_at, sheet.language)}]


def _day(instant: datetime, language: str) -> str:
    return str(format_date(instant.astimezone(UTC), "d MMMM y", locale=_LOCALES[language]))


def _dated(instant: datetime) -> dict[str, int]:
    """The moment that a document says it was made at: that of the issue, so that it is the same each time."""
    utc = instant.astimezone(UTC)
    return {name: getattr(utc, name) for name in ("year", "month", "day", "hour", "minute", "second")}
