"""The reference and its rulings are covered sentence by sentence: a clause holds each, or a reason says why none can."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from conformance import sentences
from conformance.clauses import all_clauses
from conformance.listing import held_by
from conformance.sentences import DOCUMENTS, Sentence, all_sentences, slug

FILES = sorted(Path(sentences.__file__).parent.glob("*.yaml"))
SECTIONS = {
    "reference": {
        "Authentication",
        "Error Handling",
        "Certificates",
        "Courses",
        "Verification",
        "Open Badges 2.0",
        "Webhooks",
        "Rate Limits",
    },
    "rulings": {
        "Names in the contract",
        "Shapes",
        "Codes",
        "Pagination",
        "Certificate states",
        "Claiming",
        "Open Badges 2.0",
        "Webhooks",
        "Repeating a request",
        "Limits",
        "Driving it from outside",
    },
}
"""What there is to be covered: the headings of both documents."""
FEWEST_HELD = 0.8
SENTENCES = list(all_sentences().values())
each_sentence = pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.id)


def test_every_section_is_covered() -> None:
    found = {document: {each.section for each in SENTENCES if each.document == document} for document in DOCUMENTS}
    assert found == SECTIONS


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_named_by_its_section_and_says_nothing_twice(file: Path) -> None:
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert file.stem == f"{told['document']}_{slug(told['section']).replace('-', '_')}"
    assert told.keys() == {"document", "section", "sentences"}
    says = Counter(given if isinstance(given, str) else given["says"] for given in told["sentences"].values())
    assert [each for each, times in says.items() if times > 1] == []
    lines = file.read_text(encoding="utf-8").splitlines()
    names = [line.split(":")[0] for line in lines if line.startswith("  ") and line[2:3] not in " -#"]
    assert len(names) == len(told["sentences"]), "YAML keeps the last of two that have one name"


@each_sentence
def test_a_sentence_is_held_or_says_why_it_cannot_be(sentence: Sentence) -> None:
    holders = held_by(all_clauses()).get(sentence.id, [])
    assert bool(holders) != bool(sentence.none), holders or "no clause, and no reason"


@each_sentence
def test_it_is_a_sentence_and_so_is_its_reason(sentence: Sentence) -> None:
    for text in (sentence.says, *([sentence.none] if sentence.none else [])):
        assert text == text.strip()
        assert text.endswith((".", "…"))
        assert len(text.split()) > 2


def test_most_of_them_are_held() -> None:
    held = sum(sentence.none is None for sentence in SENTENCES)
    assert held / len(SENTENCES) >= FEWEST_HELD
