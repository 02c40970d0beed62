"""Kept answers: sealed, since they may hold a secret, and one with the change however the two end."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models import IdempotencyRecord
from models.database import fetch
from rules.errors import Refused
from rules.idempotency import LIFETIME
from services import idempotency, webhooks
from services.callers import Caller
from services.idempotency import KeptAnswer, Repetition
from services.keyring import Keyring
from tests.databases import Database
from tests.services.inside import KEYRING, NOW, academy, at_once, count, failing, outside, row_of

pytestmark = pytest.mark.usefixtures("alone")

SECRET = b'{"data":{"secret":"whsec_shown_once"}}'
ANSWER = KeptAnswer(201, "/api/v1/webhooks/1", SECRET)
OLD, NEW = "the old key of forty characters or more..", "the new key of forty characters or more.."


async def repetition(key: str = "one") -> Repetition:
    return Repetition((await academy()).id, key, "f" * 64)


async def answer() -> KeptAnswer:
    return ANSWER


async def never() -> KeptAnswer:
    raise AssertionError("It was carried out again.")


async def test_an_answer_is_kept_sealed_and_given_again_to_the_byte(alone: Database) -> None:
    request = await repetition()
    assert await idempotency.once(request, answer, KEYRING, NOW) == ANSWER
    row = row_of(await fetch("SELECT * FROM idempotency_record"))
    assert row["sealed"]
    assert b"whsec" not in bytes(row["body"])
    assert "whsec" not in str(dict(row))
    if not alone.is_postgres:
        path = Path(alone.url.removeprefix("sqlite:///"))
        files = [path, path.with_name(path.name + "-wal")]
        assert not any(b"whsec_shown_once" in file.read_bytes() for file in files if file.exists())
    assert await idempotency.once(request, never, KEYRING, NOW) == replace(ANSWER, replayed=True)


async def test_an_answer_outlives_the_secret_key_that_sealed_it() -> None:
    request = await repetition()
    await idempotency.once(request, answer, Keyring(OLD), NOW)
    assert (await idempotency.once(request, never, Keyring(NEW, OLD), NOW)).body == SECRET


async def test_an_answer_that_nobody_can_read_is_a_conflict_and_nothing_happens_again() -> None:
    request = await repetition()
    await idempotency.once(request, answer, Keyring(OLD), NOW)
    for _ in range(2):
        with pytest.raises(Refused) as fault:
            await idempotency.once(request, never, Keyring(NEW), NOW)
        assert fault.value.code == "conflict"
        assert fault.value.retry_after is None
    assert (await idempotency.once(request, answer, Keyring(NEW), NOW + LIFETIME)) == ANSWER


async def test_another_request_with_its_key_is_told_so_even_where_the_answer_cannot_be_read() -> None:
    request = await repetition()
    await idempotency.once(request, answer, Keyring(OLD), NOW)
    with pytest.raises(Refused) as fault:
        await idempotency.once(replace(request, fingerprint="a" * 64), never, Keyring(NEW), NOW)
    assert fault.value.code == "unprocessable_entity"


async def test_an_answer_from_before_there_were_sealed_ones_is_given_as_it_lies() -> None:
    request = await repetition()
    await idempotency.once(request, answer, KEYRING, NOW)
    await IdempotencyRecord.all().update(sealed=False, body=SECRET)
    assert (await idempotency.once(request, never, KEYRING, NOW)).body == SECRET


async def test_an_answer_is_kept_for_a_day() -> None:
    request = await repetition()
    await idempotency.once(request, answer, KEYRING, NOW)
    moment = timedelta(microseconds=1)
    assert await idempotency.forget(NOW + LIFETIME - moment) == 0
    assert (await idempotency.once(request, never, KEYRING, NOW + LIFETIME - moment)).replayed
    assert await idempotency.forget(NOW + LIFETIME) == 1
    assert await count("idempotency_record") == 0


async def test_the_change_and_its_answer_are_kept_together_or_not_at_all() -> None:
    request = await repetition()

    async def create() -> KeptAnswer:
        made = await webhooks.create(
            Caller(request.organization_id), webhooks.Wanted("https://example.com/hooks"), KEYRING, NOW
        )
        return KeptAnswer(201, None, made.secret.encode())

    async with failing("idempotency_record"):
        with pytest.raises(Exception, match="refused"):
            await idempotency.once(request, create, KEYRING, NOW)
    assert (await count("webhook"), await count("idempotency_record")) == (0, 0)
    first = await idempotency.once(request, create, KEYRING, NOW)
    again = await idempotency.once(request, create, KEYRING, NOW)
    assert again == replace(first, replayed=True)
    assert await count("webhook") == 1


async def test_of_many_at_once_one_is_carried_out_and_the_others_get_its_answer() -> None:
    request, acted = await repetition(), list[int]()

    async def act() -> KeptAnswer:
        acted.append(1)
        await asyncio.sleep(0)
        return ANSWER

    answers = await at_once(*(idempotency.once(request, act, KEYRING, NOW) for _ in range(12)))
    assert len(acted) == 1
    assert sorted(one.replayed for one in answers) == [False] + [True] * 11
    assert {one.body for one in answers} == {SECRET}


async def test_one_that_runs_for_long_is_a_conflict_that_says_when_to_come_again(alone: Database) -> None:
    if not alone.is_postgres:
        return  # SQLite's one write lock bounds it
    request = await repetition()
    name = f"idempotency:{request.organization_id}:{request.key}"
    async with outside(alone) as execute:
        await execute("BEGIN")
        await execute(f"SELECT pg_advisory_xact_lock(hashtextextended('{name}', 0))")
        with pytest.raises(Refused) as fault:
            await idempotency.once(request, never, KEYRING, NOW)
    assert (fault.value.code, fault.value.retry_after) == ("conflict", 1)
