"""Instants that are cursors: with microseconds, and unique within an organization by a constraint of the database."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from models.statements.inserts import New, insert_unless_taken

TRIES = 50
_SPREAD = range(1, 1000)


class NoFreeInstantError(RuntimeError):
    """Fifty draws in a row were taken, which chance does not do."""


async def insert(table: str, row: Mapping[str, Any], *, beside: Sequence[New] = ()) -> dict[str, Any]:
    """Insert a row whose `created_at` is moved on by some microseconds until it is free, and answer with the row inserted.

    What is `beside` it is inserted with it, once. Nobody waits: a taken value is noticed by the constraint inside the
    statement, and does not end the transaction.
    """
    instants = following(row["created_at"], table)
    while True:
        moved = {**row, "created_at": next(instants)}
        if await insert_unless_taken(table, moved, beside):
            return moved
        beside = ()


def following(instant: datetime, table: str) -> Iterator[datetime]:
    """An instant, and each time that it was taken one that is some microseconds later."""
    for _ in range(TRIES):
        yield instant
        instant = _later(instant)
    message = f"No free created_at in {table} after {TRIES} tries."
    raise NoFreeInstantError(message)


def _later(instant: datetime) -> datetime:
    return instant + timedelta(microseconds=secrets.choice(_SPREAD))
