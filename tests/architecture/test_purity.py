"""What import-linter can't see of the domain's purity: the clock is a method of a type that the domain may use."""

import ast

from tests.architecture.tree import named, parsed, python_files

IMPURE_METHODS = {"now", "utcnow", "today"}
IMPURE_FUNCTIONS = {"open", "input", "print", "__import__"}


def is_impure(call: ast.Call) -> bool:
    """Whether a call reads the clock, a file or the keyboard, or writes to the screen."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in IMPURE_METHODS
    return isinstance(call.func, ast.Name) and call.func.id in IMPURE_FUNCTIONS


def test_the_domain_is_told_what_time_it_is() -> None:
    impure = [
        f"{named(file)}:{node.lineno}"
        for file in python_files("rules")
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Call) and is_impure(node)
    ]
    assert impure == []
