"""Whatever a receiver does, it gets one request, bounded time and bounded space, and its status counts."""

import asyncio
import gzip
import time
import tracemalloc

import httpcore
import pytest

from outgoing.client import Outgoing, Received, Unreachable
from outgoing.lines import Enough, Line
from tests.outgoing.receivers import (
    OK,
    OPEN,
    Conduct,
    breaks_off,
    receiving,
    repeats,
    says,
    says_and_stays,
)

pytestmark = pytest.mark.usefixtures("no_leaks")

HEADERS = {"Content-Type": "application/json", "User-Agent": "TrueCerta/1", "X-TrueCerta-Signature": "ab"}
PATIENT = 10.0
"""Seconds that no test takes: a call that is to end by itself."""


async def post(conduct: Conduct, *, total: float = PATIENT) -> Received:
    async with receiving(conduct) as receiver:
        return await Outgoing(allow_private=True, total=total).post(f"{receiver.url}/hooks", HEADERS, b"{}")


async def test_a_good_receiver() -> None:
    async with receiving(says(OK)) as receiver:
        outgoing = Outgoing(allow_private=True)
        received = await outgoing.post(f"{receiver.url}/hooks;v=1?token=7", HEADERS, b'{"a":1}')
    assert received == Received(200, None, b"ok")
    head, _, body = receiver.seen[0].partition(b"\r\n\r\n")
    assert body == b'{"a":1}'
    assert head.split(b"\r\n") == [
        b"POST /hooks;v=1?token=7 HTTP/1.1",
        b"Host: 127.0.0.1:%d" % receiver.port,
        b"Content-Length: 7",
        b"Accept: */*",
        b"Accept-Encoding: identity",
        b"Connection: close",
        b"Content-Type: application/json",
        b"User-Agent: TrueCerta/1",
        b"X-TrueCerta-Signature: ab",
    ]


async def test_each_call_has_a_connection_of_its_own() -> None:
    async with receiving(says_and_stays(OK)) as receiver:
        outgoing = Outgoing(allow_private=True)
        for _ in range(3):
            await outgoing.post(receiver.url, {}, b"")
        await receiver.abandoned()
    assert receiver.connections == 3
    assert b"User-Agent: TrueCerta\r\n" in receiver.seen[0]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops", Received(500, None, b"oops")),
        (b"HTTP/1.1 429 Slow\r\nretry-after: 120\r\nContent-Length: 0\r\n\r\n", Received(429, "120", b"")),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", Received(410, None, b"")),
        (b"HTTP/1.1 204 Done\r\n\r\n", Received(204, None, b"")),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", Received(200, None, b"until the end")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", Received(200, None, b"ok")),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + OK, Received(200, None, b"ok")),
    ],
    ids=["500", "429", "410", "204", "http 1.0", "chunked", "interim"],
)
async def test_what_came_is_told(answer: bytes, expected: Received) -> None:
    assert await post(says(answer)) == expected


@pytest.mark.parametrize(
    ("conduct", "body"),
    [
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), b"short"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more"), b"ok"),
        (says_and_stays(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more"), b"ok"),
        (breaks_off(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), b"short"),
        (says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nnonsense\r\n"), b"ok"),
        (says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nok"), b"ok"),
    ],
    ids=["too short", "too long", "too long, open", "reset", "broken chunk", "short chunk"],
)
async def test_a_body_that_lies_or_breaks_off_does_not_change_the_status(conduct: Conduct, body: bytes) -> None:
    assert await post(conduct) == Received(200, None, body)


async def test_a_body_that_drips_counts_as_far_as_it_came() -> None:
    received = await post(repeats(OPEN, b".", 0.02), total=0.3)
    assert received.status == 200
    assert 0 < len(received.body) < 20
    assert set(received.body) == set(b".")


@pytest.mark.parametrize("conduct", [repeats(OPEN, b".", 0.02), says_and_stays(OPEN)], ids=["drips", "stays"])
async def test_once_the_status_has_come_the_body_is_waited_for_a_second(conduct: Conduct) -> None:
    async with receiving(conduct) as receiver:
        began = time.monotonic()
        received = await Outgoing(allow_private=True, total=PATIENT).post(receiver.url, {}, b"")
        assert 0.9 < time.monotonic() - began < 4
        await receiver.abandoned()
    assert received.status == 200


async def test_a_body_that_never_comes() -> None:
    assert await post(says_and_stays(OPEN), total=0.2) == Received(200, None, b"")


@pytest.mark.parametrize(
    ("begin", "again"),
    [
        (OPEN, b"x" * 10_000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"2710\r\n" + b"x" * 10_000 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b"x" * 10_000),
    ],
    ids=["until the end", "chunked", "of a length"],
)
async def test_of_an_endless_body_64_kilobytes_are_read(begin: bytes, again: bytes) -> None:
    async with asyncio.timeout(PATIENT / 2), receiving(repeats(begin, again)) as receiver:
        received = await Outgoing(allow_private=True, total=PATIENT).post(receiver.url, {}, b"")
        await receiver.abandoned()
    assert received.status == 200
    assert 60 * 1024 < len(received.body) <= 64 * 1024


async def test_an_endless_chunk_extension_ends() -> None:
    begin = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;ext="
    async with asyncio.timeout(PATIENT / 2):
        assert await post(repeats(begin, b"x" * 1000)) == Received(200, None, b"")


async def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(20_000_000))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    async with receiving(says(head + bomb)) as receiver:
        tracemalloc.start()
        received = await Outgoing(allow_private=True).post(receiver.url, {}, b"")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert received.body == bomb[: len(received.body)]
    assert len(received.body) >= min(len(bomb), 64 * 1024)
    assert most < 2_000_000


async def test_redirects_are_not_followed() -> None:
    async with receiving(says(OK)) as canary:
        for status in (301, 302, 303, 307, 308):
            head = f"HTTP/1.1 {status} There\r\nLocation: {canary.url}\r\nContent-Length: 0\r\n\r\n"
            assert (await post(says(head.encode()))).status == status
    assert canary.connections == 0


@pytest.mark.parametrize("total", [0.2])
@pytest.mark.parametrize(
    "conduct",
    [
        says_and_stays(b""),
        says_and_stays(b"HTTP/1.1 200 OK\r\nServer: x"),
        repeats(b"", b"H", 0.05),
        repeats(b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.02),
        repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.02),
    ],
    ids=["silent", "half a head", "drips", "drips a header", "interim for ever"],
)
async def test_without_a_whole_head_there_is_no_status(conduct: Conduct, total: float) -> None:
    with pytest.raises(Unreachable) as unreachable:
        await post(conduct, total=total)
    assert unreachable.value.reason == "No answer within 0.2 seconds."


@pytest.mark.parametrize(
    ("conduct", "reason"),
    [
        (says(b""), "The connection was closed before an answer came."),
        (says(b"HTTP/1.1 200 OK\r\nServer"), "The connection was closed before an answer came."),
        (breaks_off(b""), "The connection was closed before an answer came."),
        (says(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "The answer is not HTTP."),
        (says(b"\x15\x03\x01\x00\x02\x02\x16"), "The answer is not HTTP."),
        (says(b"HTTP/1.1 000 Zero\r\n\r\n"), "The answer is not HTTP."),
        (says(b"HTTP/1.1 101 Other\r\nUpgrade: x\r\n\r\n"), "The answer is not HTTP."),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"), "The answer is not HTTP."),
        (says(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000), "The head of the answer is longer than 64 kB."),
        (repeats(b"HTTP/1.1 200 OK\r\n", b"X: x\r\n"), "The head of the answer is longer than 64 kB."),
        (repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99), "The head of the answer is longer than 64 kB."),
    ],
    ids=["closes", "half", "resets", "ssh", "tls", "000", "101", "two lengths", "giant header", "headers", "interim"],
)
async def test_what_is_no_answer(conduct: Conduct, reason: str) -> None:
    with pytest.raises(Unreachable) as unreachable:
        await post(conduct)
    assert unreachable.value.reason == reason


async def test_what_came_before_a_reset_is_read() -> None:
    line = Line(6)
    line.connection_made(asyncio.Transport())
    line.data_received(b"all of it")
    line.connection_lost(ConnectionResetError("reset"))
    with pytest.raises(httpcore.WriteError):
        await line.write(b"more")
    assert await line.read(4) == b"all "
    assert await line.read(4) == b"of"
    with pytest.raises(Enough):
        await line.read(4)
    line.allow(10)
    assert await line.read(4) == b" it"
    with pytest.raises(httpcore.ReadError):
        await line.read(4)


class Gate(asyncio.Transport):
    """A transport that only remembers whether more may come."""

    is_open = True

    def is_reading(self) -> bool:
        """Whether more may come."""
        return self.is_open

    def pause_reading(self) -> None:
        """Nothing more, please."""
        self.is_open = False

    def resume_reading(self) -> None:
        """More, please."""
        self.is_open = True


async def test_who_sends_faster_than_is_read_waits() -> None:
    gate, line = Gate(), Line(10**9)
    line.connection_made(gate)
    line.data_received(bytes(64 * 1024))
    assert not gate.is_open
    await line.read(1024)
    assert gate.is_open


async def test_a_receiver_that_refuses() -> None:
    async with receiving(says(OK)) as receiver:
        pass
    with pytest.raises(Unreachable) as unreachable:
        await Outgoing(allow_private=True).post(receiver.url, {}, b"")
    assert unreachable.value.reason == "The connection was refused."


@pytest.mark.parametrize("rounds", range(0, 24, 2))
async def test_a_call_may_be_cancelled_at_any_moment(rounds: int) -> None:
    async with receiving(says_and_stays(OPEN)) as receiver:
        before = asyncio.all_tasks()
        call = asyncio.create_task(Outgoing(allow_private=True).post(receiver.url, {}, b""))
        for _ in range(rounds):
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        if receiver.connections:
            await receiver.abandoned()
        async with asyncio.timeout(PATIENT):
            while asyncio.all_tasks() - before:  # the receiver's end theirs soon
                await asyncio.sleep(0)
