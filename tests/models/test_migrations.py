"""Migrations: applied once by whoever comes first, whole or not at all, and never behind the tables."""

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

from models.database import configuration_apps
from models.migrations import __path__ as folders
from services import database as service
from tests.databases import Database
from tests.installation import Installation

NAMES = sorted(path.stem for path in Path(next(iter(folders))).glob("[0-9]*.py"))
DIES_AFTER_AN_INDEX = """
import asyncio, os, signal, sys
from services import database
from tortoise.migrations import operations

forward = operations.RunSQL.database_forward

async def then_die(*arguments, **named):
    await forward(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)

operations.RunSQL.database_forward = then_die
asyncio.run(database.migrate(sys.argv[1]))
"""


def schema(database: Database) -> list[str]:
    """Every table, column and index, in words."""
    if database.is_postgres:
        columns = database.rows(
            "SELECT table_name || '.' || column_name || ' ' || data_type AS it FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        )
        indexes = database.rows("SELECT indexdef AS it FROM pg_indexes WHERE schemaname = 'public'")
        return sorted(row["it"] for row in columns + indexes)
    return sorted(row["sql"] or row["name"] for row in database.rows("SELECT name, sql FROM sqlite_master"))


@pytest.mark.usefixtures("connected")
async def test_the_tables_are_what_the_migrations_make() -> None:
    assert Tortoise.apps is not None
    found = await MigrationAutodetector(Tortoise.apps, configuration_apps()).changes()
    assert [writer.name for writer in found] == []


def test_a_second_run_finds_nothing_to_do(empty_database: Database) -> None:
    assert empty_database.migrate() == NAMES
    assert empty_database.migrate() == []
    assert empty_database.run(service.pending) == []


def test_four_processes_at_once_apply_each_migration_once(empty_database: Database, tmp_path: Path) -> None:
    installation = Installation(tmp_path, empty_database.url)
    with ThreadPoolExecutor(4) as pool:
        ran = list(pool.map(lambda _: installation.command("migrate", check=False), range(4)))
    assert [(one.returncode, one.stderr) for one in ran] == [(0, "")] * 4
    told = sorted(one.stdout.splitlines()[-1] for one in ran)
    assert told == sorted([f"Migrations applied: {', '.join(NAMES)}"] + ["Migrations applied: none were missing"] * 3)
    assert empty_database.migrate() == []


def test_four_processes_start_at_once_on_a_new_database(empty_database: Database, tmp_path: Path) -> None:
    installations = [Installation(_made(tmp_path / str(number)), empty_database.url) for number in range(4)]
    try:
        for one in installations:
            one.start(wait=False)
        for one in installations:
            one.wait_until_ready()
        assert [one.stop() for one in installations] == [0] * 4
    finally:
        for one in installations:
            one.kill()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_killed_in_the_middle_it_begins_again_at_the_next_start(
    empty_database: Database, database: Database, tmp_path: Path
) -> None:
    installation = Installation(tmp_path, empty_database.url)
    died = subprocess.run(
        [sys.executable, "-c", DIES_AFTER_AN_INDEX, empty_database.url],
        env=installation.settings(),
        check=False,
        timeout=60,
    )
    assert died.returncode == -signal.SIGKILL
    assert empty_database.migrate() == NAMES
    assert schema(empty_database) == schema(database)
    made = installation.organization()
    assert json.loads(installation.command("org", "list", "--json").stdout)[0]["id"] == made["organization_id"]


def test_a_migration_that_fails_leaves_nothing_behind(empty_database: Database, tmp_path: Path) -> None:
    fails = DIES_AFTER_AN_INDEX.replace("os.kill(os.getpid(), signal.SIGKILL)", "raise RuntimeError('on purpose')")
    failed = subprocess.run(
        [sys.executable, "-c", fails, empty_database.url],
        env=Installation(tmp_path, empty_database.url).settings(),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert failed.returncode == 1
    assert "on purpose" in failed.stderr
    left = [line for line in schema(empty_database) if "migrations" not in line]
    assert left == []
    assert empty_database.migrate() == NAMES


def test_commands_migrate_a_new_database_and_leave_one_that_lacks_migrations_alone(
    empty_database: Database, tmp_path: Path
) -> None:
    installation = Installation(tmp_path, empty_database.url)
    assert installation.command("org", "list").stdout.startswith("No academies yet")
    empty_database.rows("UPDATE tortoise_migrations SET name = 'older' WHERE name = $1 RETURNING id", NAMES[-1])
    refused = installation.command("org", "list", check=False)
    assert (refused.returncode, refused.stderr) == (1, f"The database lacks {NAMES[-1]}. Run: truecerta migrate\n")
