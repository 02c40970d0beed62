"""The tree as the wall tests see it: read, not imported, so that one broken module hides no other wall."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("wire", "rules", "models", "outgoing", "printing", "services", "handlers", "pages", "worker", "server")
BESIDE = ("tests", "conformance", "bench")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> Iterator[Path]:
    """What people wrote in these folders: neither what a generator wrote nor what was installed."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            inside = file.relative_to(ROOT).parts
            if not {"migrations", "node_modules"} & set(inside) and inside != ("wire", "schemas.py"):
                yield file


def parsed(file: Path) -> ast.Module:
    """A module's syntax."""
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def public_functions(file: Path) -> list[Function]:
    """What a module offers: functions at its top whose names begin without an underscore."""
    return [node for node in parsed(file).body if isinstance(node, Function) and not node.name.startswith("_")]


def named(file: Path) -> str:
    """A file as the project calls it."""
    return file.relative_to(ROOT).as_posix()
