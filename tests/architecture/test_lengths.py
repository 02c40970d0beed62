"""A file and a function end before one has forgotten how they began."""

import ast

from tests.architecture.tree import BESIDE, PACKAGES, Function, named, parsed, python_files

LONGEST_FILE = 250
LONGEST_FILE_OF_TESTS = 400
LONGEST_FUNCTION = 40


def test_files_are_short() -> None:
    bounds = {PACKAGES: LONGEST_FILE, BESIDE: LONGEST_FILE_OF_TESTS}
    long = [
        f"{named(file)}: {lines} lines, {bound} at most"
        for folders, bound in bounds.items()
        for file in python_files(*folders)
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > bound
    ]
    assert long == []


def test_functions_are_short() -> None:
    long = [
        f"{named(file)}:{node.lineno} {node.name}: {lines} lines, {LONGEST_FUNCTION} at most"
        for file in python_files(*PACKAGES, *BESIDE)
        for node in ast.walk(parsed(file))
        if isinstance(node, Function) and (lines := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert long == []
