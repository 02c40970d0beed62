"""Announcing: what falls due is told of once, what is no longer wanted goes, and secrets move to the present key."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from models import Certificate, Delivery, Event, IdempotencyRecord, Webhook
from services import certificate_search, expiry, holder_keys, idempotency, webhooks
from services.callers import Caller
from services.certificate_search import Search
from services.keyring import Keyring
from tests.worker.conftest import KEYRING, Outbox
from worker import announcing, rounds
from worker.announcing import Announcing

NOW = datetime.now(UTC)
Condition = Callable[[], Awaitable[bool]]


@asynccontextmanager
async def announcing_by(*keyrings: Keyring) -> AsyncIterator[None]:
    """So many workers announce meanwhile."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(Announcing(keyring).run(stop)) for keyring in keyrings]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 10)


async def until(condition: Condition) -> None:
    async with asyncio.timeout(10):
        while not await condition():
            await asyncio.sleep(0.01)


async def told(kind: str) -> int:
    return await Event.filter(kind=kind).count()


async def expire(outbox: Outbox, count: int, at: datetime) -> list[UUID]:
    """Certificates that are valid until an instant."""
    ids = [await outbox.issue() for _ in range(count)]
    await Certificate.filter(id__in=ids).update(expires_at=at, expiring_noted_at=None, expired_noted_at=None)
    return ids


async def test_each_is_announced_once_by_whichever_worker(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "BATCH", 4)
    monkeypatch.setattr(announcing, "PAUSE_SECONDS", 0.01)
    await expire(outbox, 10, NOW - timedelta(seconds=1))
    await expire(outbox, 3, NOW + timedelta(days=29))
    await expire(outbox, 3, NOW + timedelta(days=31))

    async def all_told() -> bool:
        return (await told("certificate.expiring"), await told("certificate.expired")) == (13, 10)

    async with announcing_by(KEYRING, KEYRING):
        await until(all_told)
        await asyncio.sleep(0.1)  # for one that would be told twice
    assert await all_told()
    assert len({row.certificate_id for row in await Event.filter(kind="certificate.expired")}) == 10


async def test_old_holders_are_filled_in_by_several_workers_and_found_before(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holder_keys, "BATCH", 3)
    monkeypatch.setattr(announcing, "FILLING_SECONDS", 0)
    for number in range(20):
        await outbox.issue(f"jane.{number}@example.com")
    await Certificate.all().update(holder_key=None)

    async def found() -> int:
        search = Search(outbox.academy, "JANE.1 doe", "all", None, None, 50)
        return len((await certificate_search.page(search, NOW)).items)

    async def all_filled() -> bool:
        assert await found() == 11
        return not await Certificate.exists(holder_key__isnull=True)

    assert await found() == 11
    async with announcing_by(KEYRING, KEYRING):
        await until(all_filled)
    keys = {key for (key,) in await Certificate.all().values_list("holder_key")}
    assert keys == {f"jane doe jane.{number}@example.com" for number in range(20)}


async def test_answers_kept_for_a_day_are_forgotten(outbox: Outbox) -> None:
    ages = {"old": timedelta(hours=24, seconds=1), "young": timedelta(hours=23)}
    for name, age in ages.items():
        await IdempotencyRecord.create(
            id=uuid4(),
            organization_id=outbox.academy,
            key=name,
            fingerprint="0" * 64,
            status=201,
            body=b"{}",
            created_at=NOW - age,
        )

    async def kept() -> list[str]:
        return [str(row.key) for row in await IdempotencyRecord.filter(organization_id=outbox.academy)]

    async def only_the_young_one() -> bool:
        return await kept() == ["young"]

    async with announcing_by(KEYRING):
        await until(only_the_young_one)


async def test_answers_are_forgotten_until_none_is_left(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    batches, asked = [1000, 7], 0

    async def forget(_now: datetime) -> int:
        nonlocal asked
        asked += 1
        return batches.pop(0) if batches else 0

    async def nothing_more() -> bool:
        return asked == 3

    monkeypatch.setattr(idempotency, "forget", forget)
    async with announcing_by(KEYRING):
        await until(nothing_more)
    assert (await outbox.unsent_mails(), asked) == (0, 3)


async def test_what_was_on_its_way_to_a_deleted_endpoint_is_cleared_away(outbox: Outbox) -> None:
    endpoint = await outbox.endpoint()
    await outbox.happen(5)
    await webhooks.delete(Caller(outbox.academy), endpoint, NOW)

    async def nothing_is_left() -> bool:
        return await Webhook.all().count() == await Delivery.all().count() == 0

    async with announcing_by(KEYRING):
        await until(nothing_is_left)


async def test_secrets_move_to_the_present_key_at_the_start(outbox: Outbox) -> None:
    endpoint = await outbox.endpoint()
    before = bytes((await Webhook.get(id=endpoint)).secret)
    present = "another-secret-key-for-tests-only-0123456789"

    async def moved() -> bool:
        return bytes((await Webhook.get(id=endpoint)).secret) != before

    async with announcing_by(Keyring(present, "a-secret-key-for-tests-only-0123456789")):
        await until(moved)
    after = bytes((await Webhook.get(id=endpoint)).secret)
    assert Keyring(present).unseal("webhook secrets", after) == KEYRING.unseal("webhook secrets", before)


async def test_secrets_under_an_unknown_key_are_told_and_stop_nothing(outbox: Outbox) -> None:
    await Webhook.filter(id=await outbox.endpoint()).update(secret=b"sealed under another key")
    await expire(outbox, 1, NOW - timedelta(seconds=1))

    async def announced() -> bool:
        return await told("certificate.expired") == 1

    with capture_logs() as logs:
        async with announcing_by(Keyring("k" * 32, "l" * 32)):
            await until(announced)
    told_of = [(entry["event"], entry["log_level"], entry["webhooks"]) for entry in logs]
    assert told_of == [("webhook secrets cannot be read", "error", 1)]


async def test_an_outage_is_waited_out(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "FAULT_SECONDS", 0.01)
    await expire(outbox, 1, NOW - timedelta(seconds=1))
    announce, left = expiry.announce_expired, [ConnectionRefusedError("away"), TimeoutError()]

    async def sometimes(now: datetime) -> int:
        if left:
            raise left.pop()
        return await announce(now)

    async def announced() -> bool:
        return await told("certificate.expired") == 1

    monkeypatch.setattr(expiry, "announce_expired", sometimes)
    with capture_logs() as logs:
        async with announcing_by(KEYRING):
            await until(announced)
    assert [entry["event"] for entry in logs] == ["announcing waits for the database"]
