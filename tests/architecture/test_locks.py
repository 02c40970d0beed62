"""What is served, what is tested and what is checked are the same versions, each held by its hash."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"), key=lambda lock: lock.name)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(lock: str) -> dict[str, str]:
    """The version of each package in a lock."""
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / "requirements" / lock).read_text(), flags=re.MULTILINE))


def canonical(requirement: str) -> str:
    """A package's name as locks write it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]).lower()


def test_a_dependency_is_locked_and_explained() -> None:
    wanted = [canonical(requirement) for requirement in PROJECT["dependencies"]]
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [name for name in wanted if name not in pins("serve.txt")] == []
    assert [name for name in wanted if f"- `{name}`" not in contributing] == []


@pytest.mark.parametrize("larger", ["test.txt", "bench.txt", "walls.txt"])
def test_what_is_tested_is_what_is_served(larger: str) -> None:
    assert pins("serve.txt").items() <= pins(larger).items()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_names_hashes_and_neither_hosts_nor_paths(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert re.search(r"https?:|file:|--index|--find-links|\s/", text) is None
    unhashed = [line for line in re.findall(r"^[a-z0-9.-]+==.*$", text, flags=re.MULTILINE) if not line.endswith("\\")]
    assert unhashed == []


@pytest.mark.parametrize("folder", ["contract", "clients/integrators"])
def test_the_npm_lock_names_no_host(folder: str) -> None:
    lock = (ROOT / "tests" / folder / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert '"integrity"' in lock
