"""The database as it is used: durable on SQLite, bounded on PostgreSQL, with the indexes that the lists live on."""

import asyncio
import re
from datetime import UTC, datetime

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from models import Organization, Plan
from models.database import fetch
from services import organizations
from tests.academies import Academy
from tests.databases import Database

OPEN = "expired_noted_at IS NULL AND revoked_at IS NULL AND renewed_by_id IS NULL"
NOTED = "expired_noted_at IS NOT NULL AND revoked_at IS NULL AND renewed_by_id IS NULL"
ABOUT = "expiring_noted_at IS NULL AND revoked_at IS NULL AND renewed_by_id IS NULL"
FALLING_DUE = f"{OPEN} AND expires_at IS NOT NULL"
INDEXES = {
    "certificate_of_course": ("certificate organization_id, course_id, created_at", None),
    "certificate_open": ("certificate organization_id, created_at", OPEN),
    "certificate_open_of_course": ("certificate organization_id, course_id, created_at", OPEN),
    "certificate_expired": ("certificate organization_id, created_at", NOTED),
    "certificate_expired_of_course": ("certificate organization_id, course_id, created_at", NOTED),
    "certificate_falling_due": ("certificate expires_at", FALLING_DUE),
    "certificate_falling_due_of_organization": ("certificate organization_id, expires_at", FALLING_DUE),
    "certificate_falling_due_of_course": ("certificate organization_id, course_id, expires_at", FALLING_DUE),
    "certificate_about_to_expire": ("certificate expires_at", f"{ABOUT} AND expires_at IS NOT NULL"),
    "event_of_organization": ("event organization_id, created_at, id", None),
    "event_of_kind": ("event organization_id, kind, position", None),
    "delivery_due": ("delivery webhook_id, due_at", "due_at IS NOT NULL"),
    "delivery_of_webhook": ("delivery webhook_id, created_at, id", None),
    "delivery_by_status": ("delivery webhook_id, status, created_at, id", None),
    "mail_due": ("mail due_at", "due_at IS NOT NULL"),
    "mail_of_certificate": ("mail certificate_id, created_at", None),
}


async def pragma(name: str) -> object:
    (row,) = await fetch(f"PRAGMA {name}")
    return next(iter(row.values()))


async def test_sqlite_is_durable_and_shared(connected: Database) -> None:
    if connected.is_postgres:
        return
    read = {name: await pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


async def test_a_sqlite_transaction_holds_the_write_lock_from_its_beginning(connected: Database) -> None:
    if connected.is_postgres:
        return
    async with in_transaction():
        other = await asyncio.create_subprocess_exec(
            "python3", "-c", WRITES_AT_ONCE, connected.url.removeprefix("sqlite:///"), stdout=asyncio.subprocess.PIPE
        )
        out, _ = await other.communicate()
    assert out == b"database is locked\n"


WRITES_AT_ONCE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0.1, isolation_level=None)
try:
    connection.execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as busy:
    print(busy)
"""


async def test_postgres_waits_are_bounded(connected: Database) -> None:
    if not connected.is_postgres:
        return
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
    read = [(await fetch(f"SHOW {name}"))[0] for name in names]
    assert [next(iter(row.values())) for row in read] == ["4s", "3s", "10s", "UTC"]


@pytest.mark.usefixtures("connected")
async def test_every_row_belongs_to_one_that_exists() -> None:
    made = await organizations.create(name="Example Academy", email="a@example.com", now=datetime.now(UTC))
    with pytest.raises(IntegrityError):
        await Organization.filter(id=made.id).update(plan_id="no such plan")
    with pytest.raises(IntegrityError):
        await Plan.filter(name="unlimited").delete()


@pytest.mark.usefixtures("connected")
async def test_a_transaction_that_fails_leaves_nothing() -> None:
    async def fail() -> None:
        async with in_transaction():
            await Plan.create(name="never")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert not await Plan.exists(name="never")


def plain(definition: str) -> str:
    """A definition without quotes, schema and the brackets that PostgreSQL adds."""
    return re.sub(r"[()\"`]", "", definition.replace("public.", "").replace("USING btree ", ""))


@pytest.mark.parametrize("name", INDEXES)
def test_the_lists_indexes_are_there(database: Database, name: str) -> None:
    columns, where = INDEXES[name]
    question = (
        "SELECT indexdef AS sql FROM pg_indexes WHERE indexname = $1"
        if database.is_postgres
        else "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = $1"
    )
    (row,) = database.rows(question, name)
    assert plain(row["sql"]) == f"CREATE INDEX {name} ON {columns}" + (f" WHERE {where}" if where else "")


def test_a_certificate_succeeds_one_at_most(academy: Academy) -> None:
    first, second, successor = (academy.issue() for _ in range(3))
    academy.alter(first["code"], renewed_by_id=successor["id"])
    with pytest.raises(IntegrityError):
        academy.alter(second["code"], renewed_by_id=successor["id"])


def test_a_place_in_the_feed_is_given_once(academy: Academy) -> None:
    for _ in range(2):
        academy.issue(notify=False)
    with pytest.raises(IntegrityError):
        academy.database.rows("UPDATE event SET position = 7 WHERE organization_id = $1 RETURNING id", str(academy.id))


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("certificate", {"code"}),
        ("certificate", {"organization_id", "created_at"}),
        ("course", {"organization_id", "created_at"}),
        ("course_version", {"course_id", "number"}),
        ("idempotency_record", {"organization_id", "key"}),
        ("api_key", {"key_hash"}),
        ("event", {"certificate_id", "kind"}),
        ("webhook", {"organization_id", "created_at"}),
        ("delivery", {"webhook_id", "event_id"}),
        ("delivery_attempt", {"delivery_id", "number"}),
        ("audit_entry", {"organization_id", "created_at"}),
    ],
)
def test_what_must_be_unique_is_so_by_a_constraint(database: Database, table: str, columns: set[str]) -> None:
    if database.is_postgres:
        rows = database.rows("SELECT indexdef AS it FROM pg_indexes WHERE tablename = $1", table)
        unique = [row["it"].rpartition("(")[2].rstrip(")") for row in rows if "UNIQUE" in row["it"]]
        assert columns in [{name.strip(' "') for name in one.split(",")} for one in unique]
        return
    parts = database.rows(
        "SELECT i.name AS index_name, c.name FROM pragma_index_list($1) i JOIN pragma_index_info(i.name) c"
        ' WHERE i."unique" = 1',
        table,
    )
    names = {part["index_name"] for part in parts}
    found = [{part["name"] for part in parts if part["index_name"] == name} for name in names]
    assert columns in found


async def test_one_connection_is_the_default(connected: Database) -> None:
    assert get_connection("default").capabilities.dialect == ("postgres" if connected.is_postgres else "sqlite")
