"""A certificate that is revoked in one process is not called valid by another for long, however much that one remembers.

Clients ask one process for one certificate as fast as they can, so that it answers from memory, while another revokes it.
Then the same where the line on which changes are told is ended just before, and where it stands still without a word.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    ExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
    suppress,
)
from functools import partial
from pathlib import Path
from typing import NamedTuple

import asyncpg

from bench.connection import Connection, LostError
from bench.installed import CERTIFICATES, SETTINGS, VERIFY, holder
from bench.proof import Proof, command
from services.changes import LEASE
from tests.installation import Installation
from tests.postgres import fresh_database, server_url
from tests.wire_between import Wire, wire_to

PROMISED = 1.0
"""Seconds after which nobody is told any more that a revoked certificate is valid."""
LINES = " FROM pg_stat_activity WHERE application_name = 'truecerta changes' AND datname = current_database()"
GONE_MS = 10_000

Cut = Callable[[], AbstractAsyncContextManager[None]]
"""What is done to the line just before a revocation, until the end of its round."""


class Seen(NamedTuple):
    """When somebody asked (monotonic clock), and whether he was told that the certificate holds."""

    asked: float
    valid: bool


class Two(NamedTuple):
    """Two processes of one installation: one is asked by those who verify, the other told what is revoked."""

    asked: Installation
    told: Installation
    key: str


async def look(port: int, path: str, seen: list[Seen]) -> None:
    """Ask again and again. A refusal, as of a database that does not answer, calls nothing valid."""
    connection = Connection(port)
    try:
        while True:
            asked = time.monotonic()
            with suppress(LostError):
                answer = await connection.get(path)
                seen.append(Seen(asked, answer.status == 200 and answer.json["valid"]))
    finally:
        connection.close()


def lag(seen: Sequence[Seen], acknowledged: float) -> float:
    """How long after the acknowledgement the last one asked who was told "valid"; below 0 if nobody did."""
    return max(one.asked for one in seen if one.valid) - acknowledged


async def one_round(two: Two, course_id: str, number: int, cut: Cut, options: argparse.Namespace) -> tuple[float, int]:
    """The lag of one revocation, and how many asked before it."""
    connection = Connection(two.told.port, two.key)
    issued = await connection.post(CERTIFICATES, holder(number, course_id), once=f"issue-{course_id}-{number}")
    code = issued.json["data"]["code"]
    seen: list[Seen] = []
    looking = [asyncio.create_task(look(two.asked.port, f"{VERIFY}/{code}", seen)) for _ in range(options.clients)]
    try:
        await asyncio.sleep(options.before)
        async with cut():
            before = len(seen)
            await connection.post(f"{CERTIFICATES}/{code}/revoke", {}, once=f"revoke-{code}")
            acknowledged = time.monotonic()
            await asyncio.sleep(options.after)
    finally:
        for task in looking:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)
        connection.close()
    if not 0 < before < len(seen) or not all(one.valid for one in seen[:before]):
        message = (
            f"Round {number} shows nothing: {before} answers before the revocation and {len(seen) - before} after it."
        )
        raise RuntimeError(message)
    return lag(seen, acknowledged), before


async def rounds(name: str, two: Two, cut: Cut, at_most: float, options: argparse.Namespace, proof: Proof) -> None:
    """Several rounds, and what they show."""
    with two.told.client(two.key) as client:
        made = client.post("/api/v1/courses", json={"name": "Web Development", "validity_period_months": 12})
    course_id = str(made.raise_for_status().json()["data"]["id"])
    lags, asked = [], 0
    for number in range(options.rounds):
        late, before = await one_round(two, course_id, number, cut, options)
        lags.append(late)
        asked += before
        proof.now_and_then(f"{name}: round {number + 1} of {options.rounds}")
    longest = max(lags) * 1000
    told = f"{longest:.1f} ms after" if longest > 0 else "before"
    proof.figure(
        f"{name}: {options.rounds} revocations amid {asked / options.rounds / options.before:,.0f} answers a second;"
        f" the last who asked and was told that it is valid asked {told} the acknowledgement"
    )
    wrong = [f"{late * 1000:.1f} ms" for late in lags if late > at_most]
    proof.hold(f"{name}: nobody who asks {at_most:g} s after the revocation is told that it is valid", *wrong)


@asynccontextmanager
async def ended(url: str, lines: int) -> AsyncIterator[None]:
    """Every line is ended, and is gone before anything else is done; so is each that takes its place."""
    connection = await asyncpg.connect(url)

    async def end() -> None:
        await connection.execute(f"SELECT pg_terminate_backend(pid, {GONE_MS}){LINES}")

    async def end_again_and_again() -> None:
        while True:
            await end()
            await asyncio.sleep(0.05)

    try:
        if await connection.fetchval(f"SELECT count(*){LINES}") != lines:
            raise RuntimeError("There is no line to be ended.")
        await end()
        ending = asyncio.create_task(end_again_and_again())
        yield
        ending.cancel()
        await asyncio.gather(ending, return_exceptions=True)
        while await connection.fetchval(f"SELECT count(*){LINES}") != lines:
            await asyncio.sleep(0.05)
    finally:
        connection.terminate()


@asynccontextmanager
async def standing_still(wire: Wire) -> AsyncIterator[None]:
    """Nothing passes on the line any more, and nobody is told."""
    wire.freeze()
    try:
        yield
    finally:
        wire.thaw()


@contextmanager
def serving(folder: Path, *urls: str) -> Iterator[tuple[list[Installation], str]]:
    """A process on the database by each of these addresses, and the key of an academy there."""
    with ExitStack() as stack:
        made = [Installation(folder / str(number), url, dict(SETTINGS)) for number, url in enumerate(urls)]
        for one in made:
            one.folder.mkdir(parents=True)
        academy = made[0].organization()
        for one in made:
            stack.callback(one.kill)
            one.start("--no-worker")
        yield made, academy["api_key"]


async def on_postgres(url: str, folder: Path, options: argparse.Namespace, proof: Proof) -> None:
    """As it is, with lines that end, and with one that stands still."""
    with wire_to(url) as wire, serving(folder, url, url, wire.url) as (made, key):
        told, asked, beyond = made
        straight, by_wire = Two(asked, told, key), Two(beyond, told, key)
        await rounds("postgres", straight, nullcontext, PROMISED, options, proof)
        end = partial(ended, url, len(made))
        await rounds("postgres, the line ended", straight, end, 0.0, options, proof)
        freeze = partial(standing_still, wire)
        await rounds("postgres, the line standing still", by_wire, freeze, LEASE, options, proof)


async def on_sqlite(folder: Path, options: argparse.Namespace, proof: Proof) -> None:
    """One file, two processes."""
    url = f"sqlite:///{folder / 'truecerta.sqlite3'}"
    with serving(folder, url, url) as (made, key):
        await rounds("sqlite", Two(made[1], made[0], key), nullcontext, 0.0, options, proof)


def main() -> int:
    """Run the proof and answer with its exit code."""
    parser = command("staleness", "revoked in one process, and no longer called valid by another")
    parser.add_argument("--rounds", type=int, default=30, help="how many certificates are revoked each way")
    parser.add_argument("--clients", type=int, default=8, help="how many ask at a time")
    parser.add_argument("--before", type=float, default=0.8, help="seconds of asking before the revocation")
    parser.add_argument("--after", type=float, default=1.3, help="seconds of asking after it")
    options = parser.parse_args()
    proof = Proof("revoked elsewhere", options.seed)
    with tempfile.TemporaryDirectory(prefix="tc-stale-") as folder:
        asyncio.run(on_sqlite(Path(folder) / "sqlite", options, proof))
        with server_url() as server, fresh_database(server) as url:
            asyncio.run(on_postgres(url, Path(folder) / "postgres", options, proof))
    return proof.end()


if __name__ == "__main__":
    sys.exit(main())
