"""What holds for every operation, from the contract's introduction: each paragraph that begins in bold is a section."""

import re
from dataclasses import dataclass

from markupsafe import Markup

from pages.reference.wording import prose

_OPENING = re.compile(r"\*\*(?P<title>[^*]+?)(?P<stop>\.?)\*\*\s*")


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its title and the anchor that it is reached by; the first one has neither."""

    anchor: str
    title: str
    text: Markup


def sections(description: str) -> tuple[Section, ...]:
    r"""The introduction in sections.

    >>> [section.title for section in sections("It does.\n\n**Errors.** All alike.\n\n**Times** are UTC.")]
    ['', 'Errors', 'Times']
    """
    return tuple(_section(paragraph) for paragraph in description.strip().split("\n\n"))


def _section(paragraph: str) -> Section:
    opening = _OPENING.match(paragraph)
    if opening is None:
        return Section("", "", prose(paragraph))
    title = opening["title"]
    # "**Times** are …": the title is the sentence's own beginning.
    rest = paragraph[opening.end() :] if opening["stop"] else f"{title} {paragraph[opening.end() :]}"
    return Section(title.lower().replace(" ", "-"), title, prose(rest))
