"""Changes: what anybody commits is heard, and where it cannot be heard nothing is trusted."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing

import pytest

from models import Certificate, Organization
from models.database import fetch
from services import changes as services_changes
from services import database as databases
from services.changes import LEASE, Changes
from tests.databases import Database
from tests.services.inside import DAY, NOW, academy
from tests.wire_between import Wire, wire_to

PATIENCE = 20.0


@asynccontextmanager
async def hearing(url: str) -> AsyncIterator[tuple[Changes, list[str | None]]]:
    """Changes that are heard and trusted, and what is told of them from then on."""
    changes = Changes.at(url)
    told: list[str | None] = []
    changes.subscribe(told.append)
    async with changes.heard():
        await until(changes.trusted)
        told.clear()
        yield changes, told


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


async def heard_of(change: Awaitable[object], changes: Changes, told: list[str | None]) -> list[str | None]:
    """What is told once a change has been made."""
    told.clear()
    await change
    await until(lambda: changes.trusted() and bool(told))
    return list(told)


async def test_what_somebody_changes_is_told_by_its_code(connected: Database) -> None:
    own = await academy()
    code = (await own.issue()).code
    async with hearing(connected.url) as (changes, told):
        mark = changes.mark
        shown: dict[str, object] = {
            "holder_name": "Jane Roe",
            "holder_email": "roe@example.com",
            "issued_at": NOW - DAY,
            "expires_at": NOW,
            "claimed_at": NOW,
            "revoked_at": NOW,
            "revocation_reason": "Issued in error",
        }
        for column, value in shown.items():
            change = Certificate.filter(code=code).update(**{column: value})
            expected = [code] if connected.is_postgres else [None]
            assert (await heard_of(change, changes, told))[:1] == expected, column
        assert changes.mark >= mark + len(shown)
        rename = Organization.filter(id=own.id).update(name="Another Academy")
        assert (await heard_of(rename, changes, told))[:1] == [None]


async def test_what_nobody_is_shown_is_not_told(connected: Database) -> None:
    if not connected.is_postgres:
        return  # SQLite only tells that there was a commit
    own = await academy()
    code = (await own.issue()).code
    async with hearing(connected.url) as (changes, told):
        await Certificate.filter(code=code).update(expiring_noted_at=NOW, expired_noted_at=NOW, holder_key="x")
        await Organization.filter(id=own.id).update(certificates_used=7, certificate_design="modern")
        await own.issue()
        # Told in the order of their commits: what comes first is the first that is told at all.
        last = Certificate.filter(code=code).update(holder_name="Jane Roe")
        assert await heard_of(last, changes, told) == [code]


async def test_a_connection_that_is_ended_is_not_trusted_until_there_is_another(connected: Database) -> None:
    if not connected.is_postgres:
        return
    async with hearing(connected.url) as (changes, told):
        mark = changes.mark
        ended = await fetch(
            "SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity"
            " WHERE application_name = 'truecerta changes' AND datname = current_database()"
        )
        assert {row["ended"] for row in ended} == {True}
        await until(lambda: changes.mark > mark)
        assert told[:1] == [None]
        await until(changes.trusted)


async def test_a_line_that_stands_still_is_trusted_for_its_lease_at_most(connected: Database) -> None:
    if not connected.is_postgres:
        return
    with wire_to(connected.url) as wire:
        await _stands_still(wire)


async def _stands_still(wire: Wire) -> None:
    async with hearing(wire.url) as (changes, _):
        wire.freeze()
        frozen_at = asked_at = time.monotonic()
        while changes.trusted():
            assert asked_at - frozen_at <= LEASE
            await asyncio.sleep(0.005)
            asked_at = time.monotonic()
        wire.thaw()
        await until(changes.trusted)


async def test_a_database_without_the_triggers_is_never_trusted(
    connected: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not connected.is_postgres:
        return
    monkeypatch.setattr(services_changes, "PAUSE", 0.01)
    lost = asyncio.Event()
    changes = Changes.at(connected.url)
    monkeypatch.setattr(changes, "_lost", lambda _: lost.set())
    await fetch("ALTER TABLE certificate DISABLE TRIGGER tells_changed")
    try:
        async with changes.heard():
            await asyncio.wait_for(lost.wait(), PATIENCE)
            assert not changes.trusted()
    finally:
        await fetch("ALTER TABLE certificate ENABLE TRIGGER tells_changed")


async def test_a_database_that_is_away_keeps_nobody_waiting() -> None:
    changes = Changes.at("postgres://127.0.0.1:1/nowhere")
    async with changes.heard():
        assert not changes.trusted()


def test_a_file_that_is_replaced_or_gone_is_noticed(connected: Database) -> None:
    path = databases.sqlite_path(connected.url)
    if path is None:
        return
    changes = Changes.at(connected.url)
    assert changes.trusted()
    with closing(sqlite3.connect(path)) as other:
        mark = changes.mark
        other.execute("CREATE TABLE IF NOT EXISTS beside (number INTEGER)")
        other.commit()
    assert changes.trusted()
    assert changes.mark > mark
    missing = Changes.at(f"sqlite:///{path}.gone")
    assert not missing.trusted()
