"""One call for all who ask at once, and a count whose cost does not depend on how much is counted."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from valkey import Valkey

from rules.rates import Rate
from server.limits import Limits, Question, Standing
from server.limits_shared import SCRIPT, Shared
from tests import valkey

MINUTE = Rate(5, 60)
# Whole seconds since each request came, none near the edge: the test's own pace must not decide.
ages = st.lists(st.integers(0, 50) | st.integers(70, 130), max_size=40).map(lambda ages: sorted(ages, reverse=True))


@pytest.fixture(scope="module")
def server() -> Iterator[valkey.Server]:
    running = valkey.start()
    yield running
    running.stop()


@pytest.fixture
def store(server: valkey.Server) -> Iterator[Valkey]:
    """The server's contents, empty at first."""
    with Valkey(port=server.port, decode_responses=True) as client:
        client.flushall()
        client.config_resetstat()
        yield client


def calls(store: Valkey, *names: str) -> int:
    """How often the server carried out these commands, scripts' own included; all but INFO where none are named."""
    known: Any = store.info("commandstats")
    stats = {name.removeprefix("cmdstat_"): told["calls"] for name, told in known.items()}
    return sum(times for name, times in stats.items() if (name in names if names else name != "info"))


def fill(store: Valkey, name: str, ages: Sequence[float]) -> None:
    """Requests that came so many seconds ago, the earliest first."""
    clock: Any = store.time()
    store.delete(name)
    now = clock[0] * 1_000_000 + clock[1]
    for part in range(0, len(ages), 10_000):
        moments = [now - round(age * 1_000_000) for age in ages[part : part + 10_000]]
        store.lpush(name, *moments)


def asked(store: Valkey, rate: Rate, *, counts: bool) -> tuple[bool, int, int]:
    """Whether the script allows a request, how many are counted, and in how many seconds the oldest leaves."""
    told: Any = store.eval(SCRIPT, 1, "list", f"{rate.count} {rate.seconds} {counts:d}")
    allowed, used, wait = map(int, told.split())
    return bool(allowed), used, math.ceil(wait / 1_000_000)


@settings(deadline=None)
@given(ages=ages, limit=st.integers(1, 30), counts=st.booleans())
def test_the_script_answers_as_a_plain_count_would(
    server: valkey.Server, ages: list[int], limit: int, *, counts: bool
) -> None:
    with Valkey(port=server.port, decode_responses=True) as store:
        fill(store, "list", ages)
        within = [age for age in ages if age < 60]
        allowed, used, wait = asked(store, Rate(limit, 60), counts=counts)
        assert allowed is (len(within) < limit)
        counted = allowed and counts
        assert used == len(within) + counted
        assert store.lrange("list", 0, -1) == store.lrange("list", 0, used - 1)
        if used:
            leaves = (within or [0])[0] if allowed else within[len(within) - limit]
            assert 60 - leaves - 5 <= wait <= 60 - leaves
            assert not counted or 0 < store.ttl("list") <= 61
        store.delete("list")


def test_a_clock_that_was_set_back_shuts_nobody_out(store: Valkey) -> None:
    fill(store, "list", [-7200.0] * 5)
    assert asked(store, MINUTE, counts=True) == (True, 1, 60)
    fill(store, "list", [-30.0] * 5)
    assert asked(store, MINUTE, counts=True)[0] is False


def test_a_million_requests_are_counted_by_as_many_commands_as_one(store: Valkey) -> None:
    rate, needed = Rate(100_000_000, 60), []
    for many in (1, 1_000, 1_000_000):
        fill(store, "list", [30.0] * many)
        store.config_resetstat()
        assert asked(store, rate, counts=True)[:2] == (True, many + 1)
        needed.append(calls(store))
    assert needed == [needed[0]] * 3


def test_a_million_that_have_left_are_let_go_in_few_steps(store: Valkey) -> None:
    fill(store, "list", [*[90.0] * 1_000_000, *[30.0] * 1_000])
    store.config_resetstat()
    assert asked(store, Rate(100_000_000, 60), counts=True)[:2] == (True, 1_001)
    assert calls(store) < 100
    assert store.llen("list") == 1_001


async def test_who_asks_at_once_shares_a_call(server: valkey.Server, store: Valkey) -> None:
    limits = Limits.at(server.url, patience=10)
    await limits.peek("public", MINUTE, "a")
    store.config_resetstat()
    told = await asyncio.gather(*(limits.count("public", MINUTE, "a") for _ in range(100)))
    assert sum(standing is not None and standing.allowed for standing in told) == 5
    assert calls(store, "evalsha") == 1
    await limits.close()


async def test_more_than_one_call_takes_go_into_several(server: valkey.Server, store: Valkey) -> None:
    limits, rate = Limits.at(server.url, patience=10), Rate(700, 60)
    who = [str(n % 3) for n in range(3_000)]
    told = await asyncio.gather(*(limits.count("public", rate, each) for each in who))
    assert sum(standing is not None and standing.allowed for standing in told) == 2_100
    assert calls(store, "evalsha") <= 3_000 // 128 + 3
    await limits.close()


async def test_sixteen_who_ask_again_and_again_share_most_calls(server: valkey.Server, store: Valkey) -> None:
    limits, rate = Limits.at(server.url, patience=10), Rate(1_000, 60)
    admitted = 0

    async def ask(times: int) -> None:
        nonlocal admitted
        for _ in range(times):
            standing = await limits.count("public", rate, "a")
            admitted += standing is not None and standing.allowed

    await asyncio.gather(*(ask(100) for _ in range(16)))
    assert admitted == 1_000
    assert calls(store, "evalsha") <= 1_600 / 4
    await limits.close()


async def test_several_questions_are_one_call_and_answered_each_for_itself(
    server: valkey.Server, store: Valkey
) -> None:
    limits = Limits.at(server.url, patience=10)
    await limits.count("misses", Rate(1, 60), "a")
    other = Limits.at(server.url, patience=10)
    public, misses = Question("public", MINUTE, "a", counts=True), Question("misses", Rate(1, 60), "a", counts=False)
    store.config_resetstat()
    assert await other.ask(public, misses) == [
        (public, Standing(allowed=True, limit=5, remaining=4, reset_after=60)),
        (misses, Standing(allowed=False, limit=1, remaining=0, reset_after=60)),
    ]
    assert calls(store, "evalsha") == 1
    # Here the misses were counted: that they are used up is known without asking, and the other is counted still.
    assert [standing.remaining for _, standing in await limits.ask(public, misses)] == [3, 0]
    for _ in range(3):
        await limits.ask(public)
    store.config_resetstat()
    # The other process counted one of the five itself, so it has to ask. Both refuse, and nothing is counted.
    assert [standing.allowed for _, standing in await other.ask(public, misses)] == [False, False]
    assert (calls(store, "evalsha"), store.llen("truecerta:public/60:a")) == (1, 5)
    await limits.close()
    await other.close()


async def test_who_gave_up_is_not_counted_and_keeps_nobody_waiting(server: valkey.Server, store: Valkey) -> None:
    limits, rate = Limits.at(server.url, patience=10), Rate(1_000, 60)
    await limits.count("public", rate, "a")
    waiting = [asyncio.ensure_future(limits.count("public", rate, "a")) for _ in range(300)]
    await asyncio.sleep(0)
    for task in waiting[:-1]:
        task.cancel()
    with capture_logs() as logs:
        last = await waiting[-1]
    assert last is not None
    assert last.remaining == 998
    assert (await asyncio.gather(*waiting, return_exceptions=True))[:-1].count(last) == 0
    assert store.llen("truecerta:public/60:a") == 2
    assert logs == []
    await limits.close()


async def test_who_still_waits_at_the_end_is_answered(server: valkey.Server) -> None:
    shared = Shared(server.url, patience=10)
    question = Question("public", MINUTE, "a", counts=True)
    waiting = [asyncio.ensure_future(shared.ask([question])) for _ in range(300)]
    await asyncio.sleep(0)
    await shared.close()
    assert await asyncio.wait_for(asyncio.gather(*waiting), 5) == [None] * 300


@asynccontextmanager
async def late_then_silent(asked: asyncio.Event, answered: list[float]) -> AsyncIterator[str]:
    """The address of a server that answers its first question after 0.8 seconds and no other.

    `asked` tells of the first question, and `answered` of the moment of its answer.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(4096):
            writer.write(b"+OK\r\n" * said.count(b"SETINFO"))
            if b"EVALSHA" in said and not asked.is_set():
                asked.set()
                await asyncio.sleep(0.8)
                answered.append(time.monotonic())
                writer.write(b"$12\r\n1 1 60000000\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"valkey://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


async def test_who_waited_for_another_call_has_that_much_less_patience_with_the_next() -> None:
    question, asked, answered = Question("public", MINUTE, "a", counts=True), asyncio.Event(), list[float]()
    async with late_then_silent(asked, answered) as url:
        shared = Shared(url, patience=1.0)
        first = asyncio.ensure_future(shared.ask([question]))
        await asked.wait()
        with capture_logs() as logs:
            assert await shared.ask([question]) is None
        assert time.monotonic() < answered[0] + 1.0  # a whole patience of its own would have begun there
        assert await first is not None
        assert [entry["event"] for entry in logs] == ["limits_counted_locally"]
        await shared.close()
