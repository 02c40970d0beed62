"""Whom a key stands for is remembered for less than a second, and never beyond a revocation of our own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from models.statements import api_keys as statements
from rules.api_keys import digest
from services import api_keys, elapsed, organizations
from services.callers import Caller
from services.remembered_keys import MOST, SECONDS, RememberedKeys
from tests.services.inside import NOW

ASKED, REVOKE = statements.standing, api_keys._revoke


@dataclass
class Clock:
    """A clock that goes on when it is told to."""

    now: float = 1000.0

    def read(self) -> float:
        """What it shows."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(elapsed, "seconds", made.read)
    monkeypatch.setattr(api_keys, "_REMEMBERED", RememberedKeys())
    return made


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The digests that the database is asked about."""
    asked: list[str] = []

    async def counted(digest: str) -> Sequence[Any] | None:
        asked.append(digest)
        return await ASKED(digest)

    monkeypatch.setattr(statements, "standing", counted)
    return asked


async def _key() -> tuple[Caller, str]:
    made = await organizations.create(name="Example Academy", email="office@example.com", now=NOW)
    found = await api_keys.caller(made.api_key)
    assert found is not None
    return found, made.api_key


async def elsewhere(key: Caller) -> None:
    """Revoked as another process does it: nobody here is told."""
    await api_keys._revoke(key, key.key_id or uuid4(), NOW)


@pytest.mark.usefixtures("connected")
async def test_the_database_is_asked_once_within_the_time(clock: Clock, questions: list[str]) -> None:
    found, secret = await _key()
    for _ in range(5):
        assert await api_keys.caller(secret) == found
    assert questions == [digest(secret)]
    clock.now += SECONDS
    assert await api_keys.caller(secret) == found
    assert questions == [digest(secret)] * 2


@pytest.mark.usefixtures("connected")
async def test_a_key_revoked_elsewhere_is_refused_within_the_time(clock: Clock) -> None:
    found, secret = await _key()
    await elsewhere(found)
    clock.now += SECONDS - 0.001
    assert await api_keys.caller(secret) == found
    clock.now += 0.001
    assert await api_keys.caller(secret) is None
    assert SECONDS < 1


@pytest.mark.usefixtures("connected")
async def test_the_time_begins_before_the_database_is_asked(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    found, secret = await _key()
    clock.now += SECONDS

    async def slow(digest: str) -> Sequence[Any] | None:
        answer = await ASKED(digest)
        await elsewhere(found)
        clock.now += SECONDS
        return answer

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(statements, "standing", slow)
        assert await api_keys.caller(secret) == found
    assert await api_keys.caller(secret) is None


@pytest.mark.usefixtures("connected", "clock")
async def test_a_key_revoked_here_is_refused_at_once() -> None:
    found, secret = await _key()
    other, other_secret = await _key()
    assert found.key_id is not None
    await api_keys.revoke(found, found.key_id, NOW)
    assert await api_keys.caller(secret) is None
    assert await api_keys.caller(other_secret) == other


@pytest.mark.usefixtures("connected", "clock")
async def test_an_answer_from_before_a_revocation_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    found, secret = await _key()
    assert found.key_id is not None
    api_keys._REMEMBERED.forget()
    answered, revoked = asyncio.Event(), asyncio.Event()

    async def overtaken(digest: str) -> Sequence[Any] | None:
        answer = await ASKED(digest)
        answered.set()
        await revoked.wait()
        return answer

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(statements, "standing", overtaken)
        asking = asyncio.create_task(api_keys.caller(secret))
        await answered.wait()
        await api_keys.revoke(found, found.key_id, NOW)
        revoked.set()
        assert await asking == found  # it was asked before
    assert await api_keys.caller(secret) is None


@pytest.mark.usefixtures("connected", "clock")
async def test_keys_are_forgotten_where_nobody_knows_whether_one_was_revoked(monkeypatch: pytest.MonkeyPatch) -> None:
    found, secret = await _key()
    assert found.key_id is not None

    async def lost(*revoked: Any) -> None:
        await REVOKE(*revoked)
        raise ConnectionError  # the commit's acknowledgement

    monkeypatch.setattr(api_keys, "_revoke", lost)
    with pytest.raises(ConnectionError):
        await api_keys.revoke(found, found.key_id, NOW)
    assert await api_keys.caller(secret) is None


@pytest.mark.usefixtures("connected", "clock")
async def test_misses_are_asked_each_time(questions: list[str]) -> None:
    unknown = "trc_live_0000000000000000000000000000001dqmMh"
    assert [await api_keys.caller(unknown) for _ in range(2)] == [None, None]
    assert questions == [digest(unknown)] * 2
    for malformed in ("", "trc_live_" + "0" * 36, unknown + "0", "\udcff" * 45):
        assert await api_keys.caller(malformed) is None
    assert len(questions) == 2


@pytest.mark.usefixtures("clock")
def test_no_more_are_remembered_than_so_many() -> None:
    known, callers = RememberedKeys(), [Caller(uuid4()) for _ in range(MOST + 10)]
    for number, caller in enumerate(callers):
        known.note(f"{number}", caller, known.asking())
    found = [known.find(f"{number}") for number in range(len(callers))]
    assert found == [None] * 10 + callers[10:]
