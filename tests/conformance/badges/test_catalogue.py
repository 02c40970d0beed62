"""The documentation holds the tables that the rules make, and the examples in the modules are true."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

from conformance import badges
from conformance.badges import catalogue

PAGE = Path(__file__).parent.parent.parent.parent / "docs" / "badges.md"
MODULES = [module.name for module in pkgutil.walk_packages(badges.__path__, f"{badges.__name__}.")]


def test_the_page_holds_the_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert catalogue.table() in page
    assert catalogue.differences() in page
    assert catalogue.rewritten(page) == page, "`python -m conformance.badges.catalogue docs/badges.md` writes it anew"


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_are_true(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0
