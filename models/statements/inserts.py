"""New rows of several tables, put in together: one statement on PostgreSQL, a few on SQLite, where none has far to go."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from models.database import is_postgres, rows

Row = Mapping[str, object]

_AT_ONCE = 1000
"""Rows of one statement on SQLite, whose statements have 32,766 places."""

_TYPES = {
    **dict.fromkeys(("id", "organization_id", "certificate_id", "webhook_id", "event_id"), "uuid"),
    **dict.fromkeys(("created_at", "due_at"), "timestamptz"),
    **dict.fromkeys(("kind", "status"), "text"),
    **dict.fromkeys(("tries", "attempts"), "int"),
    "body": "bytea",
}
"""Of the columns of what is written by the hundred: each is one array to PostgreSQL, however many rows there are."""


class New(NamedTuple):
    """New rows of a table, at least one, all with the same columns."""

    table: str
    rows: Sequence[Row]


async def insert(news: Sequence[New]) -> None:
    """All of these rows, or a fault and none."""
    if is_postgres():
        await rows(_together(tuple(map(_shape, news))), *_values(news))
        return
    for new in news:
        for start in range(0, len(new.rows), _AT_ONCE):
            some = new.rows[start : start + _AT_ONCE]
            await rows(_plain(new.table, tuple(some[0]), len(some)), *(value for row in some for value in row.values()))


async def insert_unless_taken(table: str, row: Row, beside: Sequence[New] = ()) -> bool:
    """A row, unless something of it that has to be unique is taken: answers whether it went in.

    What is put in beside it goes in either way. A taken value is noticed by its constraint inside the statement, which
    does not end the transaction.
    """
    if is_postgres():
        sql = _unless_taken(table, tuple(row), tuple(map(_shape, beside)))
        return bool(await rows(sql, *_values(beside), *row.values()))
    await insert(beside)
    return bool(await rows(_unless_taken(table, tuple(row), ()), *row.values()))


class Done(NamedTuple):
    """What of a row and those that belong to it went in."""

    first: bool
    last: bool


async def insert_unless_first_is_taken(first: New, others: Sequence[New], last: New | None = None) -> Done:
    """A row, and where it went in, others that belong to it; the last one unless something of it is taken as well.

    First and last are one row each.
    """
    if is_postgres():
        news = (first, *others) if last is None else (first, *others, last)
        sql = _first_to_last(tuple(map(_shape, news)), last_may_be_taken=last is not None)
        (found,) = await rows(sql, *_values(news))
        return Done(*found)
    if not await insert_unless_taken(first.table, first.rows[0]):
        return Done(first=False, last=False)
    if last is None:
        await insert(others)
        return Done(first=True, last=True)
    return Done(first=True, last=await insert_unless_taken(last.table, last.rows[0], others))


_Shape = tuple[str, tuple[str, ...], bool]
_UNLESS_TAKEN = "ON CONFLICT DO NOTHING RETURNING id"


def _shape(new: New) -> _Shape:
    return new.table, tuple(new.rows[0]), len(new.rows) > 1


def _values(news: Iterable[New]) -> list[object]:
    values: list[object] = []
    for new in news:
        if len(new.rows) == 1:
            values += new.rows[0].values()
        else:
            values += map(list, zip(*(row.values() for row in new.rows), strict=True))
    return values


@cache
def _together(shapes: tuple[_Shape, ...]) -> str:
    *before, last = _statements(shapes)
    return _after(before, shapes, last)


@cache
def _unless_taken(table: str, columns: tuple[str, ...], beside: tuple[_Shape, ...]) -> str:
    *before, last = _statements((*beside, (table, columns, False)))
    return _after(before, beside, f"{last} {_UNLESS_TAKEN}")


@cache
def _first_to_last(shapes: tuple[_Shape, ...], *, last_may_be_taken: bool) -> str:
    went_in = f"EXISTS (SELECT 1 FROM new_{shapes[0][0]})"  # noqa: S608  # our own names
    first, *others = _statements(shapes, f" WHERE {went_in}")
    last = "TRUE"
    if last_may_be_taken:
        others[-1] += f" {_UNLESS_TAKEN}"
        last = f"EXISTS (SELECT 1 FROM new_{shapes[-1][0]})"  # noqa: S608  # the same
    return _after([f"{first} {_UNLESS_TAKEN}", *others], shapes, f"SELECT {went_in}, {last}")


def _after(parts: Sequence[str], shapes: Sequence[_Shape], last: str) -> str:
    """Statements beside another one, which comes last."""
    named = ", ".join(f"new_{shape[0]} AS ({part})" for shape, part in zip(shapes, parts, strict=False))
    return f"WITH {named} {last}" if named else last


def _statements(shapes: Sequence[_Shape], condition: str = "") -> list[str]:
    """A statement for each, with its places after those of the ones before it; the condition is for all but the first."""
    statements: list[str] = []
    places = 1
    for table, columns, several in shapes:
        numbers = range(places, places + len(columns))
        source = _arrays(columns, numbers) if several else "SELECT " + ", ".join(f"${number}" for number in numbers)
        names = ", ".join(columns)
        statements.append(f"INSERT INTO {table} ({names}) {source}{condition if statements else ''}")  # the same
        places += len(columns)
    return statements


def _arrays(columns: Sequence[str], numbers: Iterable[int]) -> str:
    arrays = (f"${number}::{_TYPES[column]}[]" for column, number in zip(columns, numbers, strict=True))
    return f"SELECT * FROM unnest({', '.join(arrays)})"  # noqa: S608  # the same


def _plain(table: str, columns: tuple[str, ...], number: int) -> str:
    width = len(columns)
    values = (range(width * each + 1, width * each + width + 1) for each in range(number))
    written = ", ".join("(" + ", ".join(f"${place}" for place in places) + ")" for places in values)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {written}"  # noqa: S608  # the same
