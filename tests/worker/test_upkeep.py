"""Upkeep: what happens by itself while the service runs, and survives a database that is away."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from models import ApiKey, IdempotencyRecord
from services import database as service
from services import expiry, idempotency, organizations
from services.api_keys import Usage
from worker import upkeep

pytestmark = pytest.mark.usefixtures("connected")

NOW = datetime.now(UTC)


async def rounds(usage: Usage, seconds: float = 0.15) -> None:
    """Let it run for a while, and end it as a stopping process does."""
    task = asyncio.create_task(upkeep.keep_up(usage))
    await asyncio.sleep(seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def used_key() -> tuple[Usage, ApiKey]:
    made = await organizations.create(name="Example Academy", email="a@example.com", url=None, plan=None, now=NOW)
    key = await ApiKey.get(organization_id=made.id)
    usage = Usage()
    usage.note(key.id, NOW)
    return usage, key


async def test_use_of_keys_is_written_down() -> None:
    usage, key = await used_key()
    await rounds(usage)
    assert (await ApiKey.get(id=key.id)).last_used_at == NOW


async def test_answers_kept_for_a_day_are_forgotten() -> None:
    _, key = await used_key()
    ages = {"old": timedelta(hours=24, seconds=1), "young": timedelta(hours=23)}
    for name, age in ages.items():
        await IdempotencyRecord.create(
            id=uuid4(),
            organization_id=key.organization_id,
            key=name,
            fingerprint="0" * 64,
            status=201,
            body=b"{}",
            created_at=NOW - age,
        )
    await rounds(Usage())
    left = await IdempotencyRecord.filter(organization_id=key.organization_id).values_list("key", flat=True)
    assert [*map(str, left)] == ["young"]


async def test_an_outage_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "PAUSE_SECONDS", 0.01)
    usage, key = await used_key()
    failures = iter([ConnectionRefusedError("away"), TimeoutError()])
    note = expiry.note

    async def sometimes(now: datetime) -> int:
        if fault := next(failures, None):
            raise fault
        return await note(now)

    monkeypatch.setattr(expiry, "note", sometimes)
    with capture_logs() as logs:
        await rounds(usage)
    assert [entry["event"] for entry in logs] == ["upkeep waits for the database"] * 2
    assert (await ApiKey.get(id=key.id)).last_used_at == NOW


async def test_a_fault_of_ours_is_logged_and_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "PAUSE_SECONDS", 0.01)

    async def broken(_now: datetime) -> int:
        raise ValueError

    monkeypatch.setattr(idempotency, "forget", broken)
    with capture_logs() as logs:
        await rounds(Usage())
    assert len(logs) > 1
    assert {(entry["event"], entry["log_level"]) for entry in logs} == {("upkeep failed", "error")}


async def test_what_was_noted_is_written_even_when_it_ends_early() -> None:
    usage, key = await used_key()
    usage.note(key.id, NOW + timedelta(seconds=1))
    await rounds(usage, seconds=0)
    await rounds(usage, seconds=0.05)
    assert (await ApiKey.get(id=key.id)).last_used_at == NOW + timedelta(seconds=1)
    assert await service.pending() == []
