"""What pages say, in each language: one catalogue for each, a folder of files by the area of the site."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

FOLDER = Path(__file__).parent
LANGUAGES = {"en": "English", "nl": "Nederlands"}
"""The languages by their codes, each by its own name; the first is the one for whoever asks for none of them."""


class Texts:
    """The texts of one language, found by the area's name and the name within it: `verify.valid.title`."""

    def __init__(self, language: str) -> None:
        self.language = language
        files = sorted((FOLDER / language).glob("*.toml"))
        self._texts = dict(text for file in files for text in _flat(file.stem, tomllib.loads(file.read_text("utf-8"))))

    def __call__(self, key: str, **values: object) -> Markup:
        """A text with its placeholders filled. What is filled in is escaped, unless it is markup of a template."""
        return escape(self._texts[key]).format(**values)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def items(self) -> Iterator[tuple[str, str]]:
        """Every key with its text."""
        yield from self._texts.items()


def _flat(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, entry in table.items():
        if isinstance(entry, Mapping):
            yield from _flat(f"{prefix}.{name}", entry)
        else:
            yield f"{prefix}.{name}", entry
