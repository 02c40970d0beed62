"""No code is given twice, and a list that is read page by page while others go on issuing loses and repeats nothing.

The service itself issues 100,000 certificates over HTTP, all of one academy, so that their codes are drawn from one prefix.
Then the list is walked in pages of 7 and of 50, and a course of 5,000 one by one, while other clients issue without pause.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bench.connection import Connection, LostError, Reply
from bench.installed import CERTIFICATES, Place, holder, installed, walk
from bench.proof import Proof, command, with_database

CREATED = 201
COLLISION_SPACE = 30**6


@dataclass
class Issuing:
    """Certificates issued so far, course by course: `codes` of those that were answered with 201."""

    place: Place
    proof: Proof
    begun: int = 0
    codes: dict[str, list[str]] = field(default_factory=dict)
    answered: int = 0
    refusals: Counter[str] = field(default_factory=Counter)

    async def all_of(self, course: str, count: int, clients: int) -> None:
        """Issue so many certificates on a course, by many clients at once."""
        last = self.begun + count
        await asyncio.gather(*(self._until(course, last) for _ in range(clients)))

    async def go_on(self, courses: Sequence[str], enough: asyncio.Event) -> None:
        """Issue on these courses, as the lot falls, until it is enough."""
        connection = self.place.connection()
        while not enough.is_set():
            await self._one(connection, self.proof.chance.choice(courses))
        connection.close()

    async def _until(self, course: str, last: int) -> None:
        connection = self.place.connection()
        while self.begun < last:
            await self._one(connection, course)
            self.proof.now_and_then(f"{self.answered} issued")
        connection.close()

    async def _one(self, connection: Connection, course: str) -> None:
        self.begun = number = self.begun + 1
        while (reply := await self._asked(connection, course, number)) is None:
            await asyncio.sleep(0.05)
        self.codes.setdefault(course, []).append(reply.json["data"]["code"])
        self.answered += 1

    async def _asked(self, connection: Connection, course: str, number: int) -> Reply | None:
        try:
            wanted = {**holder(number, course), "notify": False}
            reply = await connection.post(CERTIFICATES, wanted, once=f"certificate-{number}")
        except LostError:
            self.refusals["connection lost"] += 1
            return None
        if reply.status == CREATED:
            return reply
        self.refusals[str(reply.status)] += 1
        return None


@dataclass(frozen=True, slots=True)
class Reader:
    """Walks a list while others issue, and holds it against what had been issued before and what was issued meanwhile."""

    issuing: Issuing
    limit: int
    course: str | None

    async def run(self, courses: Sequence[str], clients: int) -> None:
        """Walk from the first page to the last."""
        proof, enough = self.issuing.proof, asyncio.Event()
        others = [asyncio.create_task(self.issuing.go_on(courses, enough)) for _ in range(clients)]
        before, began = self._codes(), time.perf_counter()
        shown: list[tuple[str, str]] = []
        pages = 0
        connection = self.issuing.place.connection()
        async for page in walk(connection, self.limit, self.course):
            shown += [(item["created_at"], item["code"]) for item in page]
            pages += 1
            proof.now_and_then(
                f"limit {self.limit}: {len(shown)} of {len(before)} read, {self._new(before)} issued meanwhile"
            )
        connection.close()
        seconds = time.perf_counter() - began
        enough.set()
        await asyncio.gather(*others)
        meanwhile = self._new(before)
        name = f"limit {self.limit}{' on one course' if self.course else ''}"
        proof.figure(
            f"{name}: {len(before)} certificates on {pages} pages, {seconds / pages * 1000:.1f} ms a page,"
            f" {meanwhile} issued meanwhile"
        )
        self.compare(name, shown, before, self._codes(), proof)
        proof.hold(f"{name}: certificates were issued while it was read", kept=meanwhile > 0)

    @staticmethod
    def compare(name: str, shown: Sequence[tuple[str, str]], before: set[str], issued: set[str], proof: Proof) -> None:
        """All that was there before is shown once, nothing is shown that was not issued, and the newest comes first."""
        counted = Counter(code for _, code in shown)
        proof.hold(f"{name}: nothing is lost", *(before - counted.keys()))
        proof.hold(f"{name}: nothing is repeated", *(code for code, count in counted.items() if count > 1))
        proof.hold(f"{name}: nothing is shown that was not issued", *(counted.keys() - issued))
        pairs = ((one, other) for one, other in pairwise(shown) if _instant(one) <= _instant(other))
        proof.hold(f"{name}: newest first", *pairs)

    def _lists(self) -> list[list[str]]:
        return [self.issuing.codes[self.course]] if self.course else list(self.issuing.codes.values())

    def _codes(self) -> set[str]:
        return {code for codes in self._lists() for code in codes}

    def _new(self, before: set[str]) -> int:
        return sum(len(codes) for codes in self._lists()) - len(before)


def _instant(shown: tuple[str, str]) -> str:
    whole, _, fraction = shown[0].rstrip("Z").partition(".")
    return f"{whole}.{fraction:0<6}"


async def prove(place: Place, options: argparse.Namespace, proof: Proof) -> None:
    """Issue, count codes, then read lists under inserts."""
    large, small = [await asyncio.to_thread(place.course, name) for name in ("Web Development", "First Aid")]
    issuing = Issuing(place, proof)
    began = time.perf_counter()
    await issuing.all_of(large, options.certificates - options.course, options.clients)
    await issuing.all_of(small, options.course, options.clients)
    seconds = time.perf_counter() - began
    proof.say(f"{issuing.answered} issued in {seconds:.0f} s")
    proof.figure(
        f"{options.database}, {options.workers} worker, {options.clients} clients: {issuing.answered} certificates"
    )
    proof.figure(
        f"issued in {seconds:.0f} s, {issuing.answered / seconds:.0f} a second; every one with an Idempotency-Key"
    )
    await _distinct(issuing, proof, options.certificates)
    for limit, course in ((1, small), (50, None), (7, None)):
        await Reader(issuing, limit, course).run((large, small), options.others)
    proof.figure(f"other answers while issuing: {dict(issuing.refusals) or 'none'}")
    await _distinct(issuing, proof, issuing.answered)
    proof.hold("the service logged no fault of its own", *place.faults())


async def _distinct(issuing: Issuing, proof: Proof, count: int) -> None:
    codes = Counter(code for codes in issuing.codes.values() for code in codes)
    doubles = [code for code, times in codes.items() if times > 1]
    proof.hold(f"{count} certificates answered, no code twice", *doubles)
    proof.hold(f"{count} codes of one prefix", kept=codes.total() == count and len({c[:10] for c in codes}) == 1)
    stored = await issuing.place.rows("SELECT count(*), count(DISTINCT code) FROM certificate")
    proof.hold(f"the database holds {count} certificates with as many codes", kept=stored == [(count, count)])
    sampled = await issuing.place.rows("SELECT prefix, used FROM code_prefix")
    expected = count**2 / 2 / COLLISION_SPACE
    proof.figure(f"{count} codes: about {expected:.1f} draws hit a taken code and were redrawn; sampled use {sampled}")


def main() -> int:
    """Run the proof and answer with its exit code."""
    parser = command("codes", "100,000 codes without a double, and lists that are exact while others issue")
    with_database(parser)
    parser.add_argument(
        "--certificates", type=int, default=100_000, help="how many are issued before the lists are read"
    )
    parser.add_argument(
        "--course", type=int, default=5000, help="how many of them on the course that is read one by one"
    )
    parser.add_argument("--clients", type=int, default=16, help="how many clients issue at once")
    parser.add_argument("--others", type=int, default=2, help="how many clients go on issuing while lists are read")
    parser.add_argument("--workers", type=int, default=1, help="how many processes answer requests")
    options = parser.parse_args()
    proof = Proof("codes and lists", options.seed)
    with installed(options.database, workers=options.workers) as place:
        asyncio.run(prove(place, options, proof))
    return proof.end()


if __name__ == "__main__":
    sys.exit(main())
