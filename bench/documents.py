"""Fifty certificates asked for as PDF at once, none made before: memory stays bounded, and who verifies hardly notices.

Then many more at once than can be made in time, with a photo for a logo: some are refused, and the rest are still made.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from uuid import UUID

import psutil
from PIL import Image

from bench.connection import Connection, Reply
from bench.installed import CERTIFICATES, Place, holder, installed
from bench.proof import Proof, command, percentile, percentiles
from bench.verifying import Check, Plan, Verifying
from services import organizations
from services.callers import Caller
from tests.databases import Database

OK, UNAVAILABLE = 200, 503
AFTERWARDS = 10
MEGABYTE = 1_000_000


@dataclass
class Bounds:
    """What is promised."""

    times: float = 3.0
    more_megabytes: int = 250
    samples: int = 1000
    """So many checks at least are compared, since a hundredth of few is an accident."""


@dataclass
class Watched:
    """What one round, or the quiet before it, looked like from outside."""

    spans: list[tuple[float, float]] = field(default_factory=list)
    verified: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    peak: int = 0
    children: set[int] = field(default_factory=set)

    def take(self, checks: Sequence[Check]) -> None:
        """The checks that began while it was watched."""
        own = [check for check in checks if any(began <= check.began < ended for began, ended in self.spans)]
        self.verified += [check.seconds for check in own]
        self.wrong += [f"{check.path}: {check.status}" for check in own if check.status != OK]


def main() -> int:
    """Run the proof as the command line says and return its exit code."""
    parser = command("documents", __doc__)
    parser.add_argument("--at-once", type=int, default=50, help="documents asked for at once")
    parser.add_argument("--rounds", type=int, default=16, help="how often, each time of other certificates")
    parser.add_argument("--crowd", type=int, default=200, help="documents asked for at once in the end")
    parser.add_argument("--verifiers", type=int, default=4, help="clients that verify meanwhile")
    parser.add_argument("--pause", type=float, default=0.02, help="seconds that such a client waits between two checks")
    options = parser.parse_args()
    proof = Proof(f"{options.at_once} documents at once, {options.rounds} times", options.seed)
    with installed("sqlite", settings={"TRUECERTA_DOCUMENT_CACHE_MB": "64"}) as place:
        run = Run(place, proof, options.at_once, options.verifiers, options.pause)
        asyncio.run(run.all(options.rounds, options.crowd))
        proof.hold("the log tells of no fault", *place.faults())
    return proof.end()


class Run:
    """One run on one installation."""

    def __init__(self, place: Place, proof: Proof, at_once: int, verifiers: int, pause: float) -> None:
        self._place = place
        self._proof = proof
        self._at_once = at_once
        self._verifiers = verifiers
        self._pause = pause
        self._codes: list[str] = []

    async def all(self, rounds: int, crowd: int) -> None:
        """Rounds with as much quiet before each, so that both are measured on the same machine under the same load."""
        await self._issue(self._at_once * rounds + crowd + AFTERWARDS)
        bare, quiet, beside, crowded, answers = Watched(), Watched(), Watched(), Watched(), list[Reply]()
        port, seed = self._place.installation.port, self._proof.seed
        verifying = Verifying(Plan(port, self._verifiers, self._pause, seed, self._codes))
        with self._watching(bare):
            await asyncio.sleep(2)
        await self._warm()
        seconds = 3.0
        for number in range(rounds):
            with self._watching(quiet):
                await asyncio.sleep(seconds)
            began = time.monotonic()
            with self._watching(beside):
                answers += await self._documents(self._codes[number * self._at_once :][: self._at_once])
            seconds = max(3.0, time.monotonic() - began)
            self._proof.say(f"round {number + 1}: {self._at_once} answers in {time.monotonic() - began:.2f} s")
        many, afterwards = await self._overrun(self._codes[self._at_once * rounds :], crowd, crowded)
        checks = await asyncio.to_thread(verifying.ended)
        for watched in (quiet, beside, crowded):
            watched.take(checks)
        self._judge(bare.peak, quiet, beside, answers)
        self._judge_crowd(crowded, many, afterwards)

    async def _overrun(self, codes: list[str], crowd: int, watched: Watched) -> tuple[list[Reply], list[Reply]]:
        await asyncio.to_thread(self._set_logo)
        began = time.monotonic()
        with self._watching(watched):
            answers = await self._documents(codes[:crowd])
            seconds = time.monotonic() - began
            afterwards = [await self._documents([code]) for code in codes[crowd:]]
        self._proof.say(f"the crowd: {crowd} answers in {seconds:.2f} s")
        return answers, [reply for replies in afterwards for reply in replies]

    def _set_logo(self) -> None:
        installation, now = self._place.installation, datetime.now(UTC)
        database = Database(installation.database_url or f"sqlite:///{installation.folder / 'truecerta.sqlite3'}")
        caller, noise = Caller(UUID(self._place.organization_id)), BytesIO()
        Image.effect_noise((800, 800), 90).save(noise, "PNG")
        database.run(lambda: organizations.set_logo(caller, noise.getvalue(), now))

    async def _issue(self, count: int) -> None:
        course, connection = self._place.course("Web Development"), self._place.connection()
        for number in range(count):
            reply = await connection.post(CERTIFICATES, holder(number, course), once=f"document-{number}")
            self._codes.append(reply.json["data"]["code"])
            self._proof.now_and_then(f"{number} certificates issued")
        connection.close()

    async def _warm(self) -> None:
        """Both kinds of request once, so that no round pays for what is done once in the life of a process."""
        connection = self._connection()
        await connection.get(f"/v/{self._codes[0]}")
        await connection.get(f"/v/{self._codes[0]}/share.png")
        connection.close()

    def _connection(self) -> Connection:
        return Connection(self._place.installation.port)

    async def _documents(self, codes: list[str]) -> list[Reply]:
        connections = [self._connection() for _ in codes]
        asked = zip(connections, codes, strict=True)
        answers = await asyncio.gather(*(connection.get(f"/v/{code}.pdf") for connection, code in asked))
        for connection in connections:
            connection.close()
        return answers

    @contextmanager
    def _watching(self, watched: Watched) -> Iterator[None]:
        began, weighing = time.monotonic(), asyncio.create_task(self._weigh(watched))
        try:
            yield
        finally:
            weighing.cancel()
            watched.spans.append((began, time.monotonic()))

    async def _weigh(self, watched: Watched) -> None:
        process = self._place.installation.process
        if process is None:
            raise RuntimeError("The installation does not run.")
        first = psutil.Process(process.pid)
        while True:
            family = [first, *first.children(recursive=True)]
            watched.peak = max(watched.peak, sum(map(_weight, family)))
            watched.children |= {one.pid for one in family if "child.py" in _command(one)}
            await asyncio.sleep(0.05)

    def _judge(self, bare: int, quiet: Watched, beside: Watched, answers: list[Reply]) -> None:
        bounds, proof = Bounds(), self._proof
        made = [reply.body for reply in answers if reply.status == OK]
        refused = [reply for reply in answers if reply.status == UNAVAILABLE]
        proof.figure(f"documents: {len(made)} × 200, {len(refused)} × 503")
        proof.figure(f"  {percentiles([reply.seconds for reply in answers])}")
        proof.figure(f"verifying without them: {percentiles(quiet.verified)}")
        proof.figure(f"verifying beside them:  {percentiles(beside.verified)}")
        proof.figure(
            f"memory of all processes: {bare // MEGABYTE} MB before any, {beside.peak // MEGABYTE} MB beside them"
        )
        self._judge_answers("", answers)
        proof.hold("each certificate has its own PDF", kept=len(set(made)) == len(made))
        proof.hold("most are PDFs", kept=len(made) > len(answers) // 2)
        proof.hold("every check was answered", *quiet.wrong, *beside.wrong)
        proof.hold(f"one child made them all (there were {len(beside.children)})", kept=len(beside.children) == 1)
        more = (beside.peak - bare) // MEGABYTE
        proof.hold(f"they take {bounds.more_megabytes} MB at most ({more} MB)", kept=more <= bounds.more_megabytes)
        fewest = min(len(quiet.verified), len(beside.verified))
        proof.hold(f"enough checks were made to compare them ({fewest})", kept=fewest >= bounds.samples)
        ratio = percentile(beside.verified, 0.99) / percentile(quiet.verified, 0.99)
        proof.hold(
            f"p99 of verifying is at most {bounds.times:g} times as long ({ratio:.2f})", kept=ratio <= bounds.times
        )

    def _judge_crowd(self, watched: Watched, answers: list[Reply], afterwards: list[Reply]) -> None:
        proof = self._proof
        made, refused = (sum(reply.status == status for reply in answers) for status in (OK, UNAVAILABLE))
        largest = max((len(reply.body) for reply in answers if reply.status == OK), default=0)
        proof.figure(f"the crowd: {made} × 200, {refused} × 503, the largest of {largest // 1000} kB")
        proof.figure(f"  {percentiles([reply.seconds for reply in answers])}")
        proof.figure(f"verifying beside it: {percentiles(watched.verified)}")
        self._judge_answers("of the crowd: ", answers)
        proof.hold("some of the crowd are refused, and others are made theirs", kept=made > 0 and refused > 0)
        proof.hold(f"one child all along (there were {len(watched.children)})", kept=len(watched.children) == 1)
        late = [f"{reply.status}" for reply in afterwards if not _is_pdf(reply)]
        proof.hold(f"documents still come out afterwards ({len(afterwards)})", *late)
        proof.hold("every check beside the crowd was answered", *watched.wrong)

    def _judge_answers(self, whose: str, answers: list[Reply]) -> None:
        refused = [reply for reply in answers if reply.status == UNAVAILABLE]
        wrong = [reply for reply in answers if reply not in refused and not _is_pdf(reply)]
        told = [f"{reply.status}: {reply.body[:100]!r}" for reply in wrong]
        self._proof.hold(f"{whose}every answer is a PDF or an honest 503", *told)
        kept = all(int(reply.headers.get("retry-after", 0)) > 0 for reply in refused)
        self._proof.hold(f"{whose}each refusal says when to come back", kept=kept)


def _is_pdf(reply: Reply) -> bool:
    return reply.status == OK and reply.body.startswith(b"%PDF-") and reply.body.rstrip().endswith(b"%%EOF")


def _weight(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


if __name__ == "__main__":
    raise SystemExit(main())
