"""The clauses, a module for each area, in the order in which they are tried: first what all else stands on."""

from importlib import import_module

from ..clause import Clause, clauses_of

AREAS = (
    "contract",
    "errors",
    "authentication",
    "isolation",
    "cors",
    "courses",
    "certificates",
    "pagination",
    "states",
    "verification",
    "idempotency",
    "claims",
    "open-badges",
    "webhooks",
    "limits",
)


def all_clauses() -> tuple[Clause, ...]:
    """Every clause, area by area."""
    modules = [import_module(f".{area.replace('-', '_')}", __name__) for area in AREAS]
    return tuple(clause for module in modules for clause in clauses_of(module))
