"""What the API reference and its rulings ask for, sentence by sentence and in our own words.

Each file holds one section: `document` (reference or rulings), `section`, and `sentences` by name: what is asked, or, where
no clause can hold it, an object of `says` and `none`, the reason why. A sentence's id is `document/section/name`.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

DOCUMENTS = ("reference", "rulings")


@dataclass(frozen=True)
class Sentence:
    """One thing that is asked of a server."""

    id: str
    document: str
    section: str
    says: str
    none: str | None
    """Why no clause can hold it; None where clauses do."""


@cache
def all_sentences() -> dict[str, Sentence]:
    """Every sentence by its id, section by section."""
    found = {}
    for file in sorted(Path(__file__).parent.glob("*.yaml")):
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
        for name, given in told["sentences"].items():
            says, none = (given, None) if isinstance(given, str) else (given["says"], given["none"])
            sentence_id = f"{told['document']}/{slug(told['section'])}/{name}"
            found[sentence_id] = Sentence(sentence_id, told["document"], told["section"], says, none)
    return found


def slug(section: str) -> str:
    """A section's name as ids carry it.

    >>> slug("Open Badges 2.0")
    'open-badges-2-0'
    """
    return re.sub(r"[^a-z0-9]+", "-", section.lower()).strip("-")
