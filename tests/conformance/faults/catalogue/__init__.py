"""The faults, a module for each area that they are about."""

from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path

from tests.conformance.faults.fault import NONE, Fault, Ground


@cache
def all_faults() -> dict[str, Fault]:
    """Every fault by its name."""
    found: dict[str, Fault] = {}
    for file in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        for fault in getattr(import_module(f"{__name__}.{file.stem}"), "FAULTS", ()):
            if fault.name in found:
                raise LookupError(f"Two faults go by the name {fault.name}.")
            found[fault.name] = fault
    return found


def fault_named(name: str, ground: Ground = Ground.USUAL) -> Fault:
    """A fault by its name; none at all has one, too, and stands on every ground."""
    return replace(NONE, ground=ground) if name == NONE.name else all_faults()[name]
