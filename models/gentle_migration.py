"""A migration of tables in use: it keeps others from them for a moment, and never crosses anybody's way."""

import asyncio
from collections.abc import Sequence
from typing import Literal

from tortoise import migrations
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.transactions import in_transaction  # noqa: TID251  # a savepoint in the transaction that the service began

from models.database import fetch, is_lock_timeout, is_postgres

LONGEST_MS = 300
"""So long may others have to wait for us to get the tables: less than PostgreSQL takes to look for a deadlock."""
PAUSE_SECONDS = 0.7


class GentleMigration(migrations.Migration):
    """What tables come to look like is worked out before the first is touched; then all of them are taken at once.

    To work it out takes Tortoise a tenth of a second for each operation. The statements take some milliseconds in all.
    """

    in_use: Sequence[str] = ()
    """The tables that are changed while they are in use."""
    mode: Literal["ACCESS EXCLUSIVE", "SHARE"] = "ACCESS EXCLUSIVE"
    """How they are taken: from everybody, or from those who write."""

    async def apply(
        self,
        state: State,
        *,
        dry_run: bool = False,
        schema_editor: BaseSchemaEditor | None = None,
        collect_sql: bool = False,
    ) -> State:
        """Work everything out, then do it."""
        if dry_run or collect_sql or schema_editor is None:
            return await super().apply(state, dry_run=dry_run, schema_editor=schema_editor, collect_sql=collect_sql)
        before = state.clone()
        await super().apply(state, dry_run=True)
        if is_postgres():
            await _hold(self.in_use, self.mode)
        for operation in self.operations:
            await operation.database_forward(self.app_label, before, state, schema_editor)
        return state


async def _hold(tables: Sequence[str], mode: str) -> None:
    """Take all the tables, or let go of them again: whoever has one of them may be waiting for another."""
    while not await _held(tables, mode):  # noqa: ASYNC110  # each try waits; nobody tells when all are free
        await asyncio.sleep(PAUSE_SECONDS)  # others, who wait in line behind us, come first
    await fetch("SET LOCAL lock_timeout = 0")


async def _held(tables: Sequence[str], mode: str) -> bool:
    try:
        async with in_transaction():
            await fetch(f"SET LOCAL lock_timeout = {LONGEST_MS}")
            await fetch(f"LOCK TABLE {', '.join(tables)} IN {mode} MODE")
    except Exception as fault:
        if is_lock_timeout(fault):
            return False
        raise
    return True
