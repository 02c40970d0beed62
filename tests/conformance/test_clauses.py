"""Every clause can be found, read and traced to where it is asked."""

import re
from importlib import import_module

import pytest

from conformance.clause import Clause, Severity, clauses_of
from conformance.clauses import AREAS, all_clauses
from conformance.contract import the_contract
from conformance.fuzzing import FUZZED
from conformance.sentences import all_sentences

FEWEST = 120
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+([-_][a-z0-9]+)*")
CLAUSES = all_clauses()
each_clause = pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.slug)


def test_there_are_enough_of_them() -> None:
    assert len(CLAUSES) >= FEWEST
    assert sum(clause.severity is Severity.MUST for clause in CLAUSES) >= FEWEST


def test_each_has_an_address_of_its_own() -> None:
    slugs = [clause.slug for clause in CLAUSES]
    assert sorted(slugs) == sorted(set(slugs))
    assert not [slug for slug in slugs if not SLUG.fullmatch(slug)]


@pytest.mark.parametrize("area", AREAS)
def test_the_area_of_a_clause_is_the_module_that_it_is_found_by(area: str) -> None:
    found = clauses_of(import_module(f"conformance.clauses.{area.replace('-', '_')}"))
    assert found
    assert {clause.area for clause in found} == {area}


@each_clause
def test_its_requirement_is_a_sentence(clause: Clause) -> None:
    assert clause.requirement[:1] == "`" or clause.requirement[:1].isupper()
    assert clause.requirement.endswith(".")
    assert len(clause.requirement.split()) > 3


@pytest.mark.parametrize("clause", [each for each in CLAUSES if each not in FUZZED], ids=lambda clause: clause.slug)
def test_its_check_has_its_name(clause: Clause) -> None:
    """But for those that are made of the contract, one for each operation."""
    name = getattr(clause.check, "__name__", "")
    assert name.strip("_") == re.sub(r"\W", "_", clause.slug.partition("/")[2])


@each_clause
def test_its_sources_exist(clause: Clause) -> None:
    assert clause.source
    assert not [source for source in clause.source if not exists(source)]


def exists(source: str) -> bool:
    """Whether a source leads somewhere: a pointer into the contract, a sentence, or a section of a specification."""
    if source.startswith("openapi.yaml#"):
        try:
            return the_contract().at(source.removeprefix("openapi.yaml")) is not None
        except (KeyError, TypeError):
            return False
    if source.startswith(("reference/", "rulings/")):
        return source in all_sentences()
    return bool(re.search(r"[A-Z]", source)) and "/" not in source.replace("HTTP/1.1", "")
