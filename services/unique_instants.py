"""Instants that are cursors: with microseconds, and unique within an organization by a constraint of the database."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from models.database import fetch

TRIES = 50
_SPREAD = range(1, 1000)


class NoFreeInstantError(RuntimeError):
    """Fifty draws in a row were taken, which chance does not do."""


async def insert(
    table: str, row: dict[str, Any], *, redraw: Mapping[str, Callable[[], object]] | None = None
) -> dict[str, Any]:
    """Insert a row whose `created_at` is moved on by some microseconds until it is free, and answer with the row inserted.

    `redraw` names columns that are drawn by lot, each with the function that draws: they are drawn anew as well. Nobody
    waits: a taken value is noticed by the constraint inside the statement, and does not end the transaction.
    """
    draws = redraw or {}
    for _ in range(TRIES):
        row = {**row, **{column: draw() for column, draw in draws.items()}}
        if await _inserted(table, row):
            return row
        row["created_at"] = _later(row["created_at"])
    message = f"No free created_at in {table} after {TRIES} tries."
    raise NoFreeInstantError(message)


async def _inserted(table: str, row: dict[str, Any]) -> Sequence[dict[str, Any]]:
    columns = ", ".join(row)
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    sql = f"INSERT INTO {table} ({columns}) VALUES ({places}) ON CONFLICT DO NOTHING RETURNING id"  # noqa: S608  # our own names
    return await fetch(sql, *row.values())


def _later(instant: datetime) -> datetime:
    return instant + timedelta(microseconds=secrets.choice(_SPREAD))
