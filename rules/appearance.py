"""Appearance: how an academy's certificates look on paper."""

from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from rules.errors import Detail, Refused

Design = Literal["classic", "modern", "minimal"]
Paper = Literal["a4", "letter"]
Language = Literal["en", "nl"]

DESIGNS: tuple[Design, ...] = get_args(Design)
PAPERS: tuple[Paper, ...] = get_args(Paper)
LANGUAGES: tuple[Language, ...] = get_args(Language)
ACCENT = "#1f3a5f"
"""What is drawn in an academy's colour where it has chosen none."""

Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True, slots=True)
class Appearance:
    """The design, paper and language of an academy's certificates, its colour (`#rrggbb`), and who signs them.

    >>> Appearance().accent
    '#1f3a5f'
    """

    design: Design = "classic"
    paper: Paper = "a4"
    language: Language = "en"
    accent_colour: str | None = None
    signatory_name: str | None = None
    signatory_title: str | None = None

    @property
    def accent(self) -> str:
        """The colour to draw in."""
        return self.accent_colour or ACCENT


PLAIN = Appearance()
"""How certificates look of an academy that has chosen nothing."""


def design(text: str) -> Design:
    """A design is one of those that there are, by its name.

    >>> design("modern")
    'modern'
    """
    return _one_of(DESIGNS, text, "certificate_design")


def paper(text: str) -> Paper:
    """A paper is one of those that there are, by its name.

    >>> paper("letter")
    'letter'
    """
    return _one_of(PAPERS, text, "certificate_paper")


def language(text: str) -> Language:
    """The words printed on certificates are in one of the languages that there are, by its code (ISO 639-1).

    >>> language("nl")
    'nl'
    """
    return _one_of(LANGUAGES, text, "certificate_language")


def _one_of(choices: tuple[Choice, ...], text: str, field: str) -> Choice:
    for choice in choices:
        if choice == text:
            return choice
    why = f"must be one of {', '.join(choices)}"
    raise Refused("unprocessable_entity", f"{field} {why}.", details=(Detail(field, why),))
