"""The suite is a distribution of its own, whose wishes are locked, explained, and all that it imports.

That it installs and works alone shows tests/package/installs_suite.py.
"""

import ast
import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from conformance.version import VERSION
from tests.architecture.tree import ROOT, named, parsed, python_files

SUITE = ROOT / "conformance"
PROJECT = tomllib.loads((SUITE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WISHES = {wish.name: wish for wish in map(Requirement, PROJECT["dependencies"])}
COME_WITH = {"jwt": "pyjwt", "yaml": "pyyaml", "jsonschema_rs": "jsonschema-rs", "markupsafe": "jinja2"}
"""What is imported by another name than it is installed by."""
ELSEWHERE = {"conformance/official_validator.py", "conformance/fuzzing_hooks.py"}
"""What runs in an environment of its own, or within Schemathesis."""


def imported(file: Path) -> set[str]:
    """The packages of others that a module imports."""
    found: set[str] = set()
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found - sys.stdlib_module_names


def test_it_wishes_for_all_that_it_imports() -> None:
    files = [file for file in python_files("conformance") if named(file) not in ELSEWHERE]
    missing = {
        (named(file), package)
        for file in files
        for package in imported(file)
        if COME_WITH.get(package, package) not in WISHES
    }
    assert missing == set()


def test_what_it_wishes_for_is_what_is_tested() -> None:
    lock = (ROOT / "requirements" / "test.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([a-z0-9.-]+)==([^\s;\\]+)", lock, flags=re.MULTILINE))
    assert [name for name, wish in WISHES.items() if pins.get(name, "none") not in wish.specifier] == []


def test_each_wish_is_explained() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [name for name in WISHES if f"- `{name}`" not in contributing] == []


def test_it_carries_the_licence_and_its_version() -> None:
    assert (SUITE / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert PROJECT["dynamic"] == ["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
