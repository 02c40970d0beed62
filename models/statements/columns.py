"""What a statement selects, and how it is read."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from models.database import identity, instant

Row = Sequence[Any]


class Columns:
    """Columns by their names, in the order in which they are read by position.

    Identifiers and instants come as such from PostgreSQL; SQLite keeps them as text.

    >>> str(Columns("course.id", "course.created_at", identities=["course.id"]))
    'course.id, course.created_at'
    """

    def __init__(self, *names: str, identities: Iterable[str] = ()) -> None:
        self.names = names
        self.identities = tuple(identities)
        readers = {name: instant for name in names if name.endswith("_at")} | dict.fromkeys(identities, identity)
        self._readers = [(place, readers[name]) for place, name in enumerate(names) if name in readers]

    def __str__(self) -> str:
        return ", ".join(self.names)

    def __add__(self, more: "Columns") -> "Columns":
        return Columns(*self.names, *more.names, identities=[*self.identities, *more.identities])

    def read(self, found: Sequence[Row]) -> Sequence[Row]:
        """The rows that `rows` answered with, whichever database they are from."""
        if found and isinstance(found[0], sqlite3.Row):
            return [self._of_text(row) for row in found]
        return found

    def _of_text(self, row: Row) -> Row:
        read = list(row)
        for place, reader in self._readers:
            if read[place] is not None:
                read[place] = reader(read[place])
        return read
