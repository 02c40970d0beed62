"""The conformance suite judges any server, so it knows nothing of ours: neither our packages nor our framework.

Read here and not by import-linter, since the suite is a distribution of its own that may be absent.
"""

import ast

from tests.architecture.tree import PACKAGES, named, parsed, python_files

FORBIDDEN = {*PACKAGES, "tests", "connexion", "tortoise"}


def imported(node: ast.AST) -> set[str]:
    """The top-level packages that a statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    return {(node.module or "").split(".")[0]} if isinstance(node, ast.ImportFrom) else set()


def test_the_suite_stands_alone() -> None:
    tied = [
        f"{named(file)}:{node.lineno}"
        for file in python_files("conformance")
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Import | ast.ImportFrom) and imported(node) & FORBIDDEN
    ]
    assert tied == []
