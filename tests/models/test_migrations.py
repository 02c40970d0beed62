"""Migrations: applied once by whoever comes first, whole or not at all, and never behind the tables."""

import asyncio
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.transactions import in_transaction

from models import Event
from models.changes import Deaf, listening
from models.database import configuration_apps
from models.migrations import __path__ as folders
from services import database as service
from services import expiry, holder_keys
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


BEFORE_EVENTS = """
INSERT INTO organization (id, name, email, code_letters, plan_id, certificates_used, courses_used, created_at)
VALUES ('{0}1', 'Example Academy', 'office@example.com', 'EXA', 'unlimited', 3, 1, '2026-01-01 00:00:00+00:00');
INSERT INTO course (id, organization_id, present_version, validity_period_months, created_at)
VALUES ('{0}2', '{0}1', 1, 1, '2026-01-01 00:00:00+00:00');
INSERT INTO course_version (id, course_id, number, name, created_at)
VALUES ('{0}3', '{0}2', 1, 'Web Development', '2026-01-01 00:00:00+00:00');
INSERT INTO idempotency_record (id, organization_id, key, fingerprint, status, body, created_at)
VALUES ('{0}4', '{0}1', 'one', 'f', 201, '{{}}', '2026-06-01 00:00:00+00:00');
""".format("00000000-0000-0000-0000-00000000000")
CERTIFICATE = """
INSERT INTO certificate (id, code, organization_id, course_id, course_version_id, holder_name, holder_email,
issued_at, expires_at, expired_noted_at, created_at)
VALUES ('{0}{1}', 'TRC-EXA-26-22222{1}', '{0}1', '{0}2', '{0}3', 'ZOË Doe', 'jane@example.com',
'2026-01-01 00:00:00+00:00', {2}, {3}, '2026-01-0{1} 00:00:00+00:00');
"""


async def _up_to(name: str) -> None:
    """A database as it was with this migration."""
    async with in_transaction() as connection:
        executor = MigrationExecutor(connection, configuration_apps())
        await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
        await executor.migrate([MigrationTarget("models", name)])


async def _with_a_history() -> None:
    """A database from before there were events: with one certificate that was marked as expired, and two that were not."""
    await _up_to(NAMES[0])
    marks = {5: ("'2026-03-01 00:00:00+00:00'",) * 2, 6: ("'2026-04-01 00:00:00+00:00'", "NULL"), 7: ("NULL", "NULL")}
    certificates = (CERTIFICATE.format("0" * 8 + "-0000-0000-0000-" + "0" * 11, n, *each) for n, each in marks.items())
    for statement in (BEFORE_EVENTS + "".join(certificates)).split(";"):
        if statement.strip():
            await get_connection("default").execute_query(statement)


async def _announced() -> set[tuple[str, str]]:
    """What is told of whom, a while later."""
    now = datetime(2026, 6, 1, tzinfo=UTC)
    while await expiry.announce_expiring(now) or await expiry.announce_expired(now):
        pass
    return {(str(event.certificate_id)[-1], event.kind) for event in await Event.all()}


def test_what_is_from_before_there_were_events_stays_and_is_not_announced_twice(empty_database: Database) -> None:
    empty_database.run(_with_a_history)
    assert empty_database.migrate() == NAMES[1:]
    assert empty_database.run(_announced) == {("6", "certificate.expiring"), ("6", "certificate.expired")}
    (kept,) = empty_database.rows("SELECT sealed, status FROM idempotency_record")
    assert (bool(kept["sealed"]), kept["status"]) == (False, 201)


def _keys(database: Database) -> dict[str, str | None]:
    """What each holder is found by."""
    rows = database.rows("SELECT id, holder_key FROM certificate")
    return {str(row["id"])[-1]: row["holder_key"] for row in rows}


def test_old_holders_are_found_by_upkeep_and_no_row_is_touched_meanwhile(empty_database: Database) -> None:
    empty_database.run(_with_a_history)
    empty_database.migrate()
    assert _keys(empty_database) == dict.fromkeys("567")
    assert [empty_database.run(holder_keys.fill) for _ in range(2)] == [3, 0]
    assert _keys(empty_database) == dict.fromkeys("567", "zoe doe jane@example.com")


def test_a_correction_by_the_former_release_is_noticed(empty_database: Database) -> None:
    empty_database.run(_with_a_history)
    empty_database.migrate()
    empty_database.run(holder_keys.fill)
    correct = "UPDATE certificate SET {} WHERE code = 'TRC-EXA-26-22222{}' RETURNING id"
    for change, last in {
        "holder_name = 'Zo\u00eb Roe'": "5",
        "holder_email = 'zoe@example.com', holder_key = 'zoe doe zoe@example.com'": "6",
        "claimed_at = created_at": "7",
    }.items():
        empty_database.rows(correct.format(change, last))
    stays = {"6": "zoe doe zoe@example.com", "7": "zoe doe jane@example.com"}
    assert _keys(empty_database) == {"5": None, **stays}
    assert empty_database.run(holder_keys.fill) == 1
    assert _keys(empty_database) == {"5": "zoe roe jane@example.com", **stays}


WAITS = """SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE NOT granted AND datname = current_database()"""


async def _served_beside(url: str) -> None:
    """Somebody has one of the tables that are to be changed when the migration comes, and then wants another."""
    served, looker = await asyncpg.connect(url), await asyncpg.connect(url)
    try:
        async with served.transaction():
            await served.fetch("SELECT id FROM certificate")
            migrating = asyncio.create_task(service.migrate(url))
            async with asyncio.timeout(20):
                while not await looker.fetch(WAITS):
                    await asyncio.sleep(0.01)
            await served.fetch("UPDATE organization SET name = 'Other Academy'")
        async with asyncio.timeout(20):
            assert await migrating == NAMES[2:]
    finally:
        await served.close()
        await looker.close()


def test_whoever_is_served_meanwhile_is_not_cut_off(empty_database: Database) -> None:
    empty_database.run(partial(_up_to, NAMES[1]))
    if empty_database.is_postgres:
        asyncio.run(_served_beside(empty_database.url))
    else:
        assert empty_database.migrate() == NAMES[2:]  # SQLite lets one write at a time


async def _tells(url: str) -> list[str] | None:
    """What is told of a revocation of each certificate in turn; None where changes are not told."""
    words: list[str] = []
    async with listening(url, words.append, lambda: None) as line:
        try:
            await line.ask()
        except Deaf:
            return None
        changing = await asyncpg.connect(url)
        try:
            await changing.execute("UPDATE certificate SET expired_noted_at = now()")
            for last in "567":
                await changing.execute("UPDATE certificate SET revoked_at = now() WHERE code LIKE '%' || $1", last)
        finally:
            await changing.close()
        await line.ask()  # what was committed before is told before this is answered
    return words


def test_changes_are_told_from_their_migration_on_until_it_is_taken_back(empty_database: Database) -> None:
    empty_database.run(_with_a_history)
    empty_database.run(partial(_up_to, NAMES[2]))
    before = schema(empty_database)
    for _ in range(2):
        if empty_database.is_postgres:
            assert asyncio.run(_tells(empty_database.url)) is None
        empty_database.run(partial(_up_to, NAMES[3]))
        assert schema(empty_database) == before
        if empty_database.is_postgres:
            assert asyncio.run(_tells(empty_database.url)) == [f"TRC-EXA-26-22222{last}" for last in "567"]
            empty_database.rows("UPDATE certificate SET revoked_at = NULL RETURNING id")
        empty_database.run(partial(_up_to, NAMES[2]))
    assert empty_database.run(service.pending) == NAMES[3:]
