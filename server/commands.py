"""What the commands of the command line have in common: settings, a connected database, results for people or programs."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, NoReturn, TypeVar
from uuid import UUID

import typer
from pydantic import ValidationError

from rules.errors import Refused
from server.settings import PREFIX, Settings, unknown_names
from services import database

Result = TypeVar("Result")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
WRONG_USE, FAILED = 2, 1
NO_ACADEMY = "No academy has this id: `truecerta org list` shows them."


def academy_id(written: str) -> UUID:
    """An academy's id, as the command line is given it."""
    return _id(written, "This is no academy's id: `truecerta org list` shows them.")


def key_id(written: str) -> UUID:
    """A key's id, as the command line is given it."""
    return _id(written, "This is no key's id: `truecerta key list` shows them, in its first column.")


def _id(written: str, otherwise: str) -> UUID:
    try:
        return UUID(written)
    except ValueError:
        raise typer.BadParameter(otherwise) from None


def stop(message: str, code: int = FAILED) -> NoReturn:
    """End with a sentence on standard error and no traceback."""
    sys.stderr.write(f"{message}\n")
    raise typer.Exit(code)


def load_settings() -> Settings:
    """The settings, or a sentence for each that cannot be used.

    What the process writes from here on is for its own user alone: the database holds names and addresses.
    """
    os.umask(0o077)
    for name in unknown_names():
        sys.stderr.write(f"{name} is no setting and does nothing: `truecerta settings` shows those there are.\n")
    try:
        return Settings()
    except ValidationError as invalid:
        for fault in invalid.errors():
            name = PREFIX + "_".join(str(part) for part in fault["loc"]).upper() if fault["loc"] else "Settings"
            sys.stderr.write(f"{name}: {fault['msg'].removeprefix('Value error, ')}\n")
        raise typer.Exit(WRONG_USE) from None


def on_database(work: Callable[[], Awaitable[Result]], *, nowhere: str | None = None) -> Result:
    """Do something on the database that is set. A new one is migrated first; one that lacks migrations is left alone.

    `nowhere` is the sentence to end with where what is asked for is not there.
    """
    url = load_settings().database()
    return run(_connected(url, work), nowhere=nowhere)


def run(work: Awaitable[Result], *, nowhere: str | None = None) -> Result:
    """Run to the end; refusals and a database that is away become sentences."""
    try:
        return asyncio.run(work)  # type: ignore[arg-type]  # every caller passes a coroutine
    except Refused as refused:
        stop(nowhere if nowhere and refused.code == "not_found" else refused.message)
    except Exception as fault:  # those that are ours keep their traceback
        if not database.is_away(fault):
            raise
        stop(
            f"The database cannot be used: {fault} ({PREFIX}DATABASE_URL says which one is; `truecerta settings` shows it)"
        )


async def _connected(url: str, work: Callable[[], Awaitable[Result]]) -> Result:
    await _migrate_if_new(url)
    await database.connect(url, patient=True)
    try:
        return await work()
    finally:
        await database.disconnect()


async def _migrate_if_new(url: str) -> None:
    path = database.sqlite_path(url)
    if path is not None and not path.exists():
        await database.migrate(url)
        return
    await database.connect(url)
    try:
        missing, is_new = await database.pending(), await database.is_new()
    finally:
        await database.disconnect()
    if is_new:
        await database.migrate(url)
    elif missing:
        raise Refused("unavailable", f"The database lacks {', '.join(missing)}. Run: truecerta migrate")


def show(rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str) -> None:
    """Rows as JSON, or as a table with a head; a sentence where there are none."""
    if as_json:
        print(json.dumps(list(rows), default=str))
        return
    if not rows:
        print(empty)
        return
    columns = list(rows[0])
    cells = [columns, *([_cell(row[column]) for column in columns] for row in rows)]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    for line in cells:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    return "-" if value is None else str(value)
