"""Looking something up takes the same time among a million certificates as among a thousand.

Three academies (none, ten, nine tenths of the certificates expired), each once small and once large on a PostgreSQL of its
own database. Each question that the API answers from lists or by code: how the database carries it out, how long it takes
at both sizes, and whether the answer is what the pure rule says.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench.connection import Connection
from bench.million_lists import LARGE_PAGE, compare_all, compare_at_other_times, compare_windows
from bench.million_plans import explain, explain_upkeep
from bench.million_questions import QUESTIONS, Asker, Question, scan
from bench.million_rows import Population, fill
from bench.proof import Proof, command
from tests.installation import Installation
from tests.postgres import fresh_database, own_server

JUDGED_FROM = 100_000
WARM_UP = 12
Ask = Callable[[Asker, Question, str, datetime | None], Awaitable[object]]


async def prove(urls: tuple[str, str], expired: str, options: argparse.Namespace, proof: Proof, folder: Path) -> None:
    """One academy, small and large."""
    small, large = [
        await _filled(url, Population(expired, rows, _expired(expired, rows)), proof)
        for url, rows in zip(urls, (options.small, options.rows), strict=True)
    ]
    await explain(large, proof, strict=options.rows >= JUDGED_FROM)
    await _measure("service", small, large, options, proof, _through_service)
    if options.http:
        await _over_http(small, large, options, proof, folder)
    await compare_all(small, proof)
    if options.every_row:
        await compare_all(large, proof, pages_of=LARGE_PAGE)
    else:
        await compare_windows(large, proof)
    await compare_at_other_times(small, proof)
    await explain_upkeep(large, proof, strict=options.rows >= JUDGED_FROM)
    for asker in (small, large):
        with asker.filled.tables:
            await asker.filled.tables.close_connections()


def _expired(name: str, rows: int) -> int:
    return {"0": 0, "10": 10, "9/10": rows * 9 // 10}[name]


async def _filled(url: str, population: Population, proof: Proof) -> Asker:
    began = time.perf_counter()
    filled = await fill(url, population, proof.chance)
    rows = await scan(filled, datetime.now(UTC))
    expired = sum(row.status == "expired" for row in rows)
    proof.say(f"{len(rows):,} certificates filled in {time.perf_counter() - began:.0f} s, {expired:,} of them expired")
    proof.hold(f"{population.rows:,} rows with {population.expired:,} expired", kept=expired == population.expired)
    return Asker(filled, rows, proof.chance)


async def _through_service(asker: Asker, question: Question, code: str, before: datetime | None) -> None:
    with asker.filled.tables:
        await asker.ask(question, code, before)


async def _over_http(small: Asker, large: Asker, options: argparse.Namespace, proof: Proof, folder: Path) -> None:
    with ExitStack() as stack:
        connections: dict[str, Connection] = {}
        for asker in (small, large):
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder)))
            installation = Installation(place, asker.filled.url)
            stack.callback(installation.kill)
            installation.start()
            connections[asker.filled.url] = Connection(installation.port, asker.filled.key)

        async def ask(asker: Asker, question: Question, code: str, before: datetime | None) -> None:
            reply = await connections[asker.filled.url].get(asker.path(question, code, before))
            if reply.status != 200:
                raise RuntimeError(f"{question.name}: {reply.status} {reply.body!r}")

        await _measure("HTTP", small, large, options, proof, ask)
        for connection in connections.values():
            connection.close()


async def _measure(way: str, small: Asker, large: Asker, options: argparse.Namespace, proof: Proof, ask: Ask) -> None:
    """Medians of many single questions, small and large by turns, so that what else the machine does hits both alike."""
    worst = []
    for question in QUESTIONS:
        took: dict[Asker, list[float]] = {small: [], large: []}
        for turn in range(WARM_UP + options.rounds):
            for asker in (small, large) if turn % 2 else (large, small):
                code, before = asker.any_code(), asker.cursor(question)
                began = time.perf_counter()
                await ask(asker, question, code, before)
                if turn >= WARM_UP:
                    took[asker].append(time.perf_counter() - began)
        medians = [statistics.median(took[asker]) * 1000 for asker in (small, large)]
        ratio = medians[1] / medians[0]
        proof.figure(
            f"{small.filled.population.name:>4} expired, {way:7}, {question.name:30} {medians[0]:7.2f} ms →"
            f" {medians[1]:7.2f} ms  × {ratio:.2f}" + ("" if question.judged else "  (not judged)")
        )
        if ratio > options.at_most and question.judged:
            worst.append(f"{question.name}: × {ratio:.2f}")
        proof.now_and_then(f"{way}: {question.name}: {medians[0]:.2f} ms and {medians[1]:.2f} ms")
    sizes = f"{small.filled.population.rows:,} and {large.filled.population.rows:,} rows"
    name = f"{small.filled.population.name} expired, {way}: at {sizes} within × {options.at_most:g}"
    proof.hold(name, *worst)


def main() -> int:
    """Run the proof and answer with its exit code."""
    parser = command("million", "the same latency among a million certificates as among a thousand, by index")
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many certificates the large academy has")
    parser.add_argument("--small", type=int, default=1000, help="how many the small one has")
    parser.add_argument(
        "--expired", choices=("0", "10", "9/10"), nargs="*", default=["0", "10", "9/10"], help="which academies"
    )
    parser.add_argument("--rounds", type=int, default=300, help="how many times each question is asked")
    parser.add_argument("--at-most", type=float, default=1.2, help="how much slower the large one may be")
    parser.add_argument("--http", action=argparse.BooleanOptionalAction, default=True, help="measure over HTTP as well")
    parser.add_argument(
        "--every-row", action="store_true", help="compare every page of the large lists, which takes long"
    )
    options = parser.parse_args()
    proof = Proof("a thousand and a million", options.seed)
    with own_server() as server, tempfile.TemporaryDirectory(prefix="tc-bench-") as folder:
        for expired in options.expired:
            with fresh_database(server.url) as small, fresh_database(server.url) as large:
                asyncio.run(prove((small, large), expired, options, proof, Path(folder)))
    return proof.end()


if __name__ == "__main__":
    sys.exit(main())
