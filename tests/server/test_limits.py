"""The count for the whole installation: exact over processes; no call fails or is slow while its server is away."""

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from rules.rates import Rate
from server.limits import Limits, Standing
from tests import valkey

MINUTE = Rate(5, 60)
FAR_BEYOND_PATIENCE = 4
"""Seconds; less than the five for which the client library would wait if it were left to itself."""
Outage = tuple[Callable[[], None], Callable[[], object]]
AWAY, BACK = "limits_counted_locally", "limits_shared_again"


@pytest.fixture
def server() -> Iterator[valkey.Server]:
    running = valkey.start()
    yield running
    running.stop()


async def counts(limits: Limits, times: int, who: str = "a", rate: Rate = MINUTE) -> list[bool]:
    """Whether each of so many simultaneous requests was admitted; none may fail, none may wait on and on."""

    async def one() -> bool:
        standing = await limits.count("public", rate, who)
        assert standing is not None
        return standing.allowed

    async with asyncio.timeout(FAR_BEYOND_PATIENCE):
        return list(await asyncio.gather(*(one() for _ in range(times))))


def told(logs: list[EventDict]) -> list[str]:
    return [entry["event"] for entry in logs if entry["event"] in (AWAY, BACK)]


async def until_shared(limits: Limits, logs: list[EventDict], who: str) -> None:
    """Recovery shows in a request, the first after the pause: at most a second and a half here."""
    deadline = time.monotonic() + 5
    while BACK not in told(logs):
        assert time.monotonic() < deadline
        await limits.count("recovery", Rate(1_000, 60), who)
        await asyncio.sleep(0.05)


async def test_a_limit_that_is_off_counts_nothing() -> None:
    limits = Limits.at(None)
    assert await limits.count("public", None, "a") is None
    assert await limits.peek("public", None, "a") is None


async def test_one_process_admits_exactly_the_limit_and_says_so() -> None:
    limits = Limits.at(None)
    assert sum(await counts(limits, 50)) == 5
    assert await limits.count("public", MINUTE, "a") == Standing(allowed=False, limit=5, remaining=0, reset_after=60)
    assert await limits.peek("misses", MINUTE, "a") == Standing(allowed=True, limit=5, remaining=5, reset_after=0)


async def test_a_shared_count_stands_as_a_count_of_ones_own(server: valkey.Server) -> None:
    one, other = Limits.at(server.url, patience=10), Limits.at(server.url, patience=10)
    assert await one.peek("public", MINUTE, "a") == Standing(allowed=True, limit=5, remaining=5, reset_after=0)
    assert await one.count("public", MINUTE, "a") == Standing(allowed=True, limit=5, remaining=4, reset_after=60)
    assert await other.peek("public", MINUTE, "a") == Standing(allowed=True, limit=5, remaining=4, reset_after=60)
    assert await counts(other, 4) == [True] * 4
    refused = Standing(allowed=False, limit=5, remaining=0, reset_after=60)
    assert await one.peek("public", MINUTE, "a") == refused
    assert await one.count("public", MINUTE, "a") == refused
    await one.close()
    await other.close()


async def test_a_shared_window_slides(server: valkey.Server) -> None:
    limits, rate = Limits.at(server.url, patience=10), Rate(3, 1)
    admitted: list[tuple[float, float]] = []
    deadline = time.monotonic() + 3.5
    while time.monotonic() < deadline:
        begun = time.monotonic()
        standing = await limits.count("public", rate, "a")
        assert standing is not None
        if standing.allowed:
            admitted.append((begun, time.monotonic()))
        await asyncio.sleep(0.01)
    await limits.close()
    for (_, end), (begin, _) in zip(admitted, admitted[3:], strict=False):
        assert begin - end > 0.9
    assert 10 <= len(admitted) <= 12


def _compete(url: str, rate: Rate, times: int, start: Barrier, results: "Queue[int]") -> None:
    """One of several processes; a patience of its own, so that a busy machine doesn't look like an outage."""

    async def compete() -> int:
        limits = Limits.at(url, patience=10)
        await limits.peek("public", rate, "a")
        start.wait(30)
        standings = await asyncio.gather(*(limits.count("public", rate, "a") for _ in range(times)))
        await limits.close()
        return sum(standing is not None and standing.allowed for standing in standings)

    results.put(asyncio.run(compete()))


@pytest.mark.parametrize("limit", [1, 20, 49, 50, 51])
def test_four_processes_admit_exactly_the_limit(server: valkey.Server, limit: int) -> None:
    spawn = multiprocessing.get_context("spawn")
    start, results = spawn.Barrier(4), spawn.Queue()
    shares = (13, 13, 12, 12)
    processes = [spawn.Process(target=_compete, args=(server.url, Rate(limit, 60), n, start, results)) for n in shares]
    for process in processes:
        process.start()
    try:
        assert sum(results.get(timeout=60) for _ in processes) == min(limit, 50)
    finally:
        for process in processes:
            process.join(10)
            process.kill()


@pytest.fixture(params=["killed", "silent"])
def outage(request: pytest.FixtureRequest, server: valkey.Server) -> Outage:
    """Two ways to be away: not there at all, and there but never answering."""
    if request.param == "killed":
        return server.kill, server.start
    return lambda: os.kill(server.pid, signal.SIGSTOP), lambda: os.kill(server.pid, signal.SIGCONT)


@pytest.fixture
async def limits(server: valkey.Server) -> AsyncIterator[Limits]:
    shared = Limits.at(server.url)
    yield shared
    await shared.close()


async def test_an_outage_fails_no_request_and_is_told_once(
    server: valkey.Server, limits: Limits, outage: Outage
) -> None:
    away, back = outage
    with capture_logs() as logs:
        assert await counts(limits, 3) == [True] * 3
        away()
        # The three admitted by the server are remembered here: no second helping.
        assert sum(await counts(limits, 50)) == 2
        for n in range(20):
            assert sum(await counts(limits, 10, f"b{n}")) == 5
        assert told(logs) == [AWAY]
        back()
        await until_shared(limits, logs, "c")
        other = Limits.at(server.url, patience=10)
        assert await counts(limits, 3, "d") == [True] * 3
        assert sum(await counts(other, 50, "d")) == 2
        assert sum(await counts(limits, 50, "d")) == 0
        assert sum(await counts(limits, 50, "a")) == 0
        await other.close()
    assert told(logs) == [AWAY, BACK]


async def test_one_call_a_second_pays_for_a_silent_server(server: valkey.Server, limits: Limits) -> None:
    await counts(limits, 1)
    os.kill(server.pid, signal.SIGSTOP)
    slow, begun = 0, time.monotonic()
    with capture_logs() as logs:
        while time.monotonic() - begun < 3:
            called = time.monotonic()
            await limits.peek("public", MINUTE, "a")
            slow += time.monotonic() - called > 0.1
            await asyncio.sleep(0.005)
    assert 2 <= slow <= 4
    assert told(logs) == [AWAY]


async def test_no_call_outlives_its_deadline_while_others_give_up(server: valkey.Server, limits: Limits) -> None:
    """A line that one call gives up is taken by the next, whose own deadline then falls into any step of connecting."""
    await counts(limits, 3)
    os.kill(server.pid, signal.SIGSTOP)
    waiting = [asyncio.ensure_future(counts(limits, 32))]
    for n in range(200):
        await asyncio.sleep(0.0005)
        waiting.append(asyncio.ensure_future(counts(limits, 1, str(n))))
    await asyncio.gather(*waiting)


async def test_a_server_away_from_the_start_is_no_obstacle(server: valkey.Server) -> None:
    server.stop()
    limits = Limits.at(server.url)
    with capture_logs() as logs:
        assert sum(await counts(limits, 50)) == 5
        standing = await limits.peek("public", MINUTE, "a")
    assert standing == Standing(allowed=False, limit=5, remaining=0, reset_after=60)
    await limits.close()
    assert told(logs) == [AWAY]


NONSENSE = [b"-LOADING not yet\r\n", b"-OOM\r\n", b"HTTP/1.1 400\r\n\r\n", b":1\r\n", b"\xff\xff\r\n", b""]


@pytest.mark.parametrize("said", NONSENSE)
async def test_a_server_that_talks_nonsense_is_away(said: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while said and await reader.read(4096):
                writer.write(said)
        writer.close()

    nonsense = await asyncio.start_server(answer, "127.0.0.1", 0)
    limits = Limits.at(f"redis://127.0.0.1:{nonsense.sockets[0].getsockname()[1]}")
    with capture_logs() as logs:
        assert sum(await counts(limits, 20)) == 5
    await limits.close()
    nonsense.close()
    await nonsense.wait_closed()
    assert told(logs) == [AWAY]


@pytest.mark.parametrize("scheme", ["valkey", "redis", "async+valkey", "async+redis"])
async def test_every_usual_spelling_of_the_address_works(server: valkey.Server, scheme: str) -> None:
    limits = Limits.at(f"{scheme}://127.0.0.1:{server.port}/1", patience=10)
    with capture_logs() as logs:
        assert sum(await counts(limits, 10)) == 5
    await limits.close()
    assert told(logs) == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:6379", "localhost", "redis://127.0.0.1:no"])
def test_an_address_that_is_none_is_refused_at_start(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Limits.at(url)


async def test_calls_given_up_leave_nothing_behind(server: valkey.Server, limits: Limits) -> None:
    rate = Rate(1_000_000, 60)
    await limits.count("public", rate, "a")
    os.kill(server.pid, signal.SIGSTOP)
    waiting = [asyncio.ensure_future(limits.count("public", rate, "a")) for _ in range(200)]
    await asyncio.sleep(0.05)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    os.kill(server.pid, signal.SIGCONT)
    with capture_logs() as logs:
        assert await counts(limits, 100, "b", rate) == [True] * 100
    assert told(logs) == []
