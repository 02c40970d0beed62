"""Changes on PostgreSQL when the way to it is bad, or nobody has time to listen: what may be missed is not trusted."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from models import changes as models_changes
from models.changes import CHANNEL, listening
from server.answer_cache import AnswerCache, Entry
from services import changes as services_changes
from services.changes import Changes
from tests.databases import Database
from tests.installation import free_port
from tests.postgres import fresh_database
from tests.wire_between import wire_to

PATIENCE = 20.0
CODE = "TRC-EXA-26-F5N8K3"
TELL = f"SELECT pg_notify('{models_changes.CHANNEL}', '{CODE}')"
MINE = "FROM pg_stat_activity WHERE application_name = 'truecerta changes' AND datname = current_database()"
END = f"SELECT pg_terminate_backend(pid, 10000) {MINE}"  # returns once it is gone


@pytest.fixture(scope="module")
def url(postgres_server: str) -> Iterator[str]:
    """A migrated PostgreSQL that nobody else listens to."""
    with fresh_database(postgres_server) as made:
        Database(made).migrate()
        yield made


@pytest.fixture(autouse=True)
def soon_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lost the line tries again at once."""
    monkeypatch.setattr(services_changes, "PAUSE", 0.01)


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


async def until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


async def asked(url: str, statement: str) -> Any:  # noqa: ANN401  # whatever it answers
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def meanwhile(work: Coroutine[Any, Any, object]) -> None:
    """Have something done to its end while this event loop stands still."""
    thread = threading.Thread(target=asyncio.run, args=(work,))
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.mark.parametrize("statement", [TELL, END], ids=["told", "ended"])
async def test_what_has_come_in_and_was_not_read_ends_the_trust(
    url: str, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services_changes, "LEASE", 3600.0)
    async with hearing(url) as (changes, told):
        await asyncio.sleep(0)
        meanwhile(asked(url, statement))
        deadline = time.monotonic() + PATIENCE
        while changes.trusted():
            assert time.monotonic() < deadline
            time.sleep(0.001)  # noqa: ASYNC251  # the event loop is not to turn
        assert told == []
        await until(lambda: told and changes.trusted())
        assert told[0] == (CODE if statement == TELL else None)


async def test_what_changed_while_it_was_read_is_not_kept_and_what_is_kept_goes(url: str) -> None:
    async with hearing(url) as (changes, told):
        cache = AnswerCache(changes)
        now = time.time()
        before = changes.mark
        await asked(url, TELL)
        await until(lambda: told)
        cache.store("read meanwhile", Entry(b"{}", {}, now), CODE, before)
        assert cache.find("read meanwhile", now) is None
        await until(lambda: len(cache) == 0 and changes.trusted())
        cache.store("read since", Entry(b"{}", {}, now), CODE, changes.mark)
        assert len(cache) == 1
        await asked(url, TELL)
        await until(lambda: len(cache) == 0)


async def test_when_the_line_is_ended_everything_goes_and_the_log_tells_of_beginning_and_end(url: str) -> None:
    async with hearing(url) as (changes, told):
        cache = AnswerCache(changes)
        cache.store("issuer", Entry(b"{}", {}, time.time()), None, changes.mark)
        mark = changes.mark
        with capture_logs() as log:
            assert await asked(url, END)
            assert not changes.trusted()
            assert cache.find("issuer", time.time()) is None
            await until(changes.trusted)
        assert len(cache) == 0
        assert changes.mark > mark
        assert set(told) == {None}
        assert [(line["event"], line["log_level"]) for line in log] == [
            ("changes not heard", "warning"),
            ("changes heard again", "info"),
        ]


async def test_a_line_that_does_not_answer_is_given_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models_changes, "SECONDS", 0.5)
    with wire_to(url) as wire, capture_logs() as log:
        async with hearing(wire.url) as (changes, told):
            wire.freeze()
            await asked(url, TELL)
            await until(lambda: None in told)
            assert CODE not in told
            assert not changes.trusted()
            wire.thaw()
            await until(changes.trusted)
        assert [line["event"] for line in log] == ["changes not heard", "changes heard again"]
        assert "TimeoutError" in log[0]["reason"]


async def test_a_pooler_that_keeps_notifications_to_itself_is_seen_through(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models_changes, "SECONDS", 0.5)
    with wire_to(url, pools=True) as wire, capture_logs() as log:
        changes = Changes.at(wire.url)
        async with changes.heard():
            await until(lambda: log)
            assert not changes.trusted()
    assert "pooler" in log[0]["reason"]


async def test_a_database_that_comes_later_is_listened_to_then(url: str) -> None:
    port = free_port()
    with wire_to(url, port=port) as wire:
        away = wire.url
    with capture_logs() as log:
        changes = Changes.at(away)
        async with changes.heard():
            await until(lambda: log)
            assert not changes.trusted()
            with wire_to(url, port=port):
                await until(changes.trusted)
    assert [line["event"] for line in log] == ["changes not heard", "changes heard again"]


async def test_nothing_is_left_open(url: str) -> None:
    async with hearing(url):
        assert await asked(url, f"SELECT count(*) {MINE}") == 1
    while await asked(url, f"SELECT count(*) {MINE}"):
        await asyncio.sleep(0.005)


async def test_what_is_read_is_told_in_the_same_moment(url: str) -> None:
    told: list[str] = []
    async with listening(url, told.append, lambda: None) as line:
        line._connection._process_notification(7, CHANNEL, CODE)  # as asyncpg does with what it has read
        assert told == [CODE]  # and not in the next turn of the loop, after requests that were read with it
