"""No certificate is lost, doubled or changed, however often the whole service is killed.

Clients issue certificates, each with an Idempotency-Key, and repeat each request until it is answered with 201. Meanwhile
the whole process group is killed by SIGKILL, again and again, each time while many requests are in flight: sent whole and
not answered. A kill counts when that many of them were in fact never answered.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from bench.connection import Connection, LostError, Reply
from bench.findings import examine
from bench.installed import CERTIFICATES, Place, holder, installed
from bench.proof import Proof, command, with_database

PAUSE_SECONDS = 0.02
PATIENCE_SECONDS = 60.0
CREATED = 201


@dataclass
class Ledger:
    """What was asked for, and what the clients know of it."""

    course_id: str
    wanted: int
    answers: dict[int, Reply] = field(default_factory=dict)
    interrupted: set[int] = field(default_factory=set)
    refusals: Counter[int] = field(default_factory=Counter)
    begun: int = 0

    def next(self) -> int | None:
        """The number of the next certificate to be asked for."""
        if self.begun == self.wanted:
            return None
        self.begun += 1
        return self.begun


async def issue(connection: Connection, ledger: Ledger, number: int) -> Reply:
    """Ask for the certificate of a number as a client does that wants it exactly once."""
    return await connection.post(CERTIFICATES, holder(number, ledger.course_id), once=f"certificate-{number}")


class Client:
    """One client with one connection; `number` is what it asks for just now."""

    def __init__(self, place: Place, ledger: Ledger) -> None:
        self.connection = place.connection()
        self.number = 0
        self._ledger = ledger

    async def run(self) -> None:
        """Ask for one certificate after another until all have been asked for and answered."""
        while (number := self._ledger.next()) is not None:
            self.number = number
            while not await self._answered(number):
                await asyncio.sleep(PAUSE_SECONDS)

    async def _answered(self, number: int) -> bool:
        try:
            reply = await issue(self.connection, self._ledger, number)
        except LostError:
            self._ledger.interrupted.add(number)
            return False
        if reply.status != CREATED:
            self._ledger.refusals[reply.status] += 1
            return False
        self._ledger.answers[number] = reply
        return True


@dataclass
class Killer:
    """Kills the service at moments drawn by lot, spread over the whole run, and starts it again."""

    place: Place
    ledger: Ledger
    clients: list[Client]
    proof: Proof
    in_flight: int
    arguments: tuple[str, ...]
    counted: list[int] = field(default_factory=list)

    async def run(self, kills: int) -> None:
        """Kill so many times, all before the last certificates are asked for."""
        while len(self.counted) < kills:
            left = self.ledger.wanted - 2 * len(self.clients) - len(self.ledger.answers)
            # The next of so many moments spread evenly by lot over what is left.
            share = 1 - self.proof.chance.random() ** (1 / (kills - len(self.counted)))
            moment = len(self.ledger.answers) + max(0, int(left * share))
            while len(self.ledger.answers) < moment:
                await asyncio.sleep(0.001)
            if not await self._kill(f"kill {len(self.counted) + 1:2} of {kills}"):
                return

    async def _kill(self, name: str) -> bool:
        await asyncio.sleep(self.proof.chance.uniform(0, 0.03))
        while len(struck := self._waiting()) < self.in_flight:
            if len(self.ledger.answers) == self.ledger.wanted:
                return False
            await asyncio.sleep(0)
        answered = len(self.ledger.answers)
        self._strike()
        began = time.monotonic()
        while self._waiting():  # some answers may have arrived just before the kill, unread
            await asyncio.sleep(0.001)
        unanswered = sum(number not in self.ledger.answers for number in struck)
        self.place.installation.start(*self.arguments, wait=False)
        await self._first_answer_after(len(self.ledger.answers))
        counts = unanswered >= self.in_flight
        self.proof.say(
            f"{name}: {len(struck)} in flight, {unanswered} of them never answered; {answered} certificates answered"
            f" so far; first answer after {time.monotonic() - began:.1f} s{'' if counts else '; does not count'}"
        )
        if counts:
            self.counted.append(unanswered)
        return True

    def _waiting(self) -> list[int]:
        return [client.number for client in self.clients if client.connection.in_flight]

    def _strike(self) -> None:
        process = self.place.installation.process
        if process is None:
            message = "The service does not run."
            raise RuntimeError(message)
        os.killpg(process.pid, signal.SIGKILL)  # in the same instant as the count: nothing was awaited in between
        self.place.installation.kill()

    async def _first_answer_after(self, answered: int) -> None:
        ends = time.monotonic() + PATIENCE_SECONDS
        while len(self.ledger.answers) <= answered:
            if time.monotonic() > ends:
                raise TimeoutError(f"no answer since: {self.place.installation.log.read_text()[-2000:]}")
            await asyncio.sleep(0.001)


async def prove(place: Place, options: argparse.Namespace, proof: Proof) -> None:
    """Issue under fire, then look at everything."""
    ledger = Ledger(await asyncio.to_thread(place.course, "Web Development"), options.certificates)
    clients = [Client(place, ledger) for _ in range(options.clients)]
    killer = Killer(place, ledger, clients, proof, options.in_flight, ("--workers", str(options.workers)))
    await asyncio.gather(killer.run(options.kills), *(client.run() for client in clients))
    _tell(killer, options)
    await examine(place, ledger.answers, proof, lambda connection, number: issue(connection, ledger, number))


def _tell(killer: Killer, options: argparse.Namespace) -> None:
    ledger, proof = killer.ledger, killer.proof
    replayed = sum(ledger.answers[number].is_replay for number in ledger.interrupted)
    fewest, most = min(killer.counted, default=0), max(killer.counted, default=0)
    proof.figure(
        f"{options.database}, {options.workers} workers, {options.clients} clients, {ledger.wanted} certificates"
    )
    proof.figure(f"{len(killer.counted)} kills, each with {fewest} to {most} requests that were never answered")
    proof.figure(f"{len(ledger.interrupted)} requests interrupted; {replayed} of them were committed before the kill")
    proof.figure(f"other answers while issuing, by status: {dict(ledger.refusals) or 'none'}")
    promise = f"{options.kills} kills before the last answer, each with at least {options.in_flight} requests in flight"
    proof.hold(promise, kept=len(killer.counted) >= options.kills and fewest >= options.in_flight)


def main() -> int:
    """Run the proof and answer with its exit code."""
    parser = command("crash", "kill -9 of the whole service under load, again and again")
    with_database(parser)
    parser.add_argument("--certificates", type=int, default=2000, help="how many are issued in all")
    parser.add_argument("--kills", type=int, default=20, help="how often everything is killed")
    parser.add_argument("--in-flight", type=int, default=16, help="requests that must be unanswered at each kill")
    parser.add_argument("--clients", type=int, default=32, help="how many clients ask at once")
    parser.add_argument("--workers", type=int, default=2, help="how many processes answer requests")
    options = parser.parse_args()
    if options.certificates <= 2 * options.clients + options.kills:
        parser.error("more certificates are needed for so many clients and kills")
    proof = Proof("kill -9 under load", options.seed)
    with installed(options.database, workers=options.workers) as place:
        asyncio.run(prove(place, options, proof))
    return proof.end()


if __name__ == "__main__":
    sys.exit(main())
