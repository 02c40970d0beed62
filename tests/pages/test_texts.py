"""The catalogues: what one language says, the others say too."""

import re
from pathlib import Path

import pytest

from pages.texts import FOLDER, LANGUAGES, Texts

FIRST, *OTHERS = LANGUAGES
PLACEHOLDER = re.compile(r"\{(\w+)\}")
ASKED = re.compile(r"""\bt\(\s*["']([\w.]+)["']\s*[,)]""")
TEMPLATES = FOLDER.parent / "templates"


def placeholders(texts: Texts) -> dict[str, list[str]]:
    """What is filled into each text."""
    return {key: sorted(PLACEHOLDER.findall(text)) for key, text in texts.items()}


@pytest.mark.parametrize("other", OTHERS)
def test_every_language_has_the_same_texts_with_the_same_placeholders(other: str) -> None:
    assert placeholders(Texts(other)) == placeholders(Texts(FIRST))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_holds_markup(language: str) -> None:
    assert [key for key, text in Texts(language).items() if not text.strip() or "<" in text] == []


@pytest.mark.parametrize(
    "template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_each_text_that_a_template_asks_for_is_there(template: Path) -> None:
    asked = set(ASKED.findall(template.read_text("utf-8")))
    assert {key for key in asked if key not in Texts(FIRST)} == set()


def test_what_is_filled_in_is_escaped() -> None:
    texts = Texts(FIRST)
    key, names = next((key, names) for key, names in placeholders(texts).items() if names)
    assert "<b>" not in texts(key, **dict.fromkeys(names, "<b>"))
