"""When a key was last used is written down while the service runs and when it ends, and survives an outage."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from models import ApiKey
from server import key_usage
from services import organizations
from services.api_keys import Usage

pytestmark = pytest.mark.usefixtures("connected")
NOW = datetime.now(UTC)


async def used_key() -> tuple[Usage, ApiKey]:
    made = await organizations.create(name="Example Academy", email="a@example.com", now=NOW)
    key = await ApiKey.get(organization_id=made.id)
    usage = Usage()
    usage.note(key.id, NOW)
    return usage, key


async def last_use_is(key: ApiKey, instant: datetime) -> None:
    async with asyncio.timeout(5):
        while (await ApiKey.get(id=key.id)).last_used_at != instant:
            await asyncio.sleep(0.01)


async def test_use_of_keys_is_written_down_meanwhile_and_at_the_end() -> None:
    usage, key = await used_key()
    async with key_usage.written_down(usage):
        await last_use_is(key, NOW)
        usage.note(key.id, NOW + timedelta(seconds=1))
    assert (await ApiKey.get(id=key.id)).last_used_at == NOW + timedelta(seconds=1)


async def test_an_outage_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_usage, "PAUSE_SECONDS", 0.01)
    usage, key = await used_key()
    flush, left = Usage.flush, [ConnectionRefusedError("away"), ValueError("ours")]

    async def sometimes(noted: Usage) -> None:
        if left:
            raise left.pop(0)
        await flush(noted)

    monkeypatch.setattr(Usage, "flush", sometimes)
    with capture_logs() as logs:
        async with key_usage.written_down(usage):
            await last_use_is(key, NOW)
    assert [(entry["log_level"], entry["event"]) for entry in logs] == [
        ("warning", "use of keys waits for the database"),
        ("error", "use of keys not written down"),
    ]
