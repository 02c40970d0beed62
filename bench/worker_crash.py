"""A worker that is killed in the middle of delivering loses nothing, and keeps nothing to itself for longer than its lease.

Certificates are issued while nobody delivers. Then a worker starts, is killed by SIGKILL again and again while deliveries
are in its hands, and is started anew each time. What it held at a kill is what the database says was leased at that moment
and still is a little later; each of these must be attempted again within the time of a lease and five seconds more. (Where
others still wait for their first attempt when a lease ends, they come first: then the five seconds count from the last of
these.)
"""

import argparse
import asyncio
import sys
import tempfile
import time
from bisect import bisect
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from bench import receipts
from bench.installed import TO_LOOPBACK, Place, installed
from bench.issuing import Issuing
from bench.proof import Proof, command, percentile, with_database
from bench.receipts import Receipt, Receiver, receiving
from bench.workers import NO_WORKER, Worker, working
from services.delivery_queue import LEASE

GRACE_SECONDS = 5.0
PATIENCE_SECONDS = 120.0
SOON_SECONDS = 2.0
MOST_TRIES = 3
LEASED = "SELECT event_id, lease FROM delivery WHERE status = 'pending' AND lease IS NOT NULL"
Lease = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: when, and the leases that it left behind, each of one event's delivery."""

    at: float
    left: frozenset[Lease]


@dataclass
class Killer:
    """Kills one of some workers at moments drawn by lot, spread over what is left to deliver, and starts it again."""

    place: Place
    receiver: Receiver
    workers: list[Worker]
    proof: Proof
    _known: frozenset[Lease] = frozenset()
    _looking_again: list[asyncio.Task[Kill]] = field(default_factory=list)

    async def run(self, kills: int, wanted: int) -> None:
        """Kill so many times with deliveries in hand, spread over what is left to deliver."""
        counted = 0
        while counted < kills and len(self._looking_again) < MOST_TRIES * kills:
            left = max(0, wanted - self.receiver.count() - (kills - counted))
            share = self.proof.chance.uniform(0.3, 1) / (kills - counted)
            await self._wait_for(len(self.receiver.receipts()) + 1 + int(left * share))
            await asyncio.sleep(self.proof.chance.uniform(0, 0.02))
            worker, name = self.proof.chance.choice(self.workers), f"kill {counted + 1:2} of {kills}"
            counted += await self._kill(worker, name)

    async def _wait_for(self, receipts: int) -> None:
        came = await self.proof.until(
            lambda: len(self.receiver.receipts()) >= receipts,
            PATIENCE_SECONDS,
            lambda: f"{self.receiver.count()} events received",
        )
        if not came:
            raise TimeoutError(f"nothing is delivered: {self.workers[0].log.read_text()[-2000:]}")

    async def _kill(self, worker: Worker, name: str) -> bool:
        worker.kill()
        at = time.time()
        leased = await self._leased()
        worker.start()
        self._looking_again.append(asyncio.create_task(self._left(at, leased)))
        fresh, self._known = leased - self._known, self._known | leased
        self.proof.say(
            f"{name}: {len(fresh)} deliveries leased since the last one, {self.receiver.count()} events received so far"
            f"{'' if fresh else '; does not count'}"
        )
        return bool(fresh)

    async def kills(self) -> list[Kill]:
        """All kills, the earliest first, each with what it left behind and none before had."""
        known: set[Lease] = set()
        found = []
        for kill in await asyncio.gather(*self._looking_again):
            found.append(Kill(kill.at, kill.left - known))
            known |= kill.left
        return found

    async def _left(self, at: float, leased: frozenset[Lease]) -> Kill:
        """Of what was leased at a kill, what was the dead worker's: those that live are done with theirs soon."""
        await asyncio.sleep(SOON_SECONDS)
        return Kill(at, leased & await self._leased())

    async def _leased(self) -> frozenset[Lease]:
        return frozenset((str(event), str(lease)) for event, lease in await self.place.rows(LEASED))


async def prove(place: Place, receiver: Receiver, options: argparse.Namespace, proof: Proof) -> None:
    """Issue with nobody delivering, deliver under fire, and compare."""
    await asyncio.to_thread(receiver.register, place)
    issuing = Issuing(place, await asyncio.to_thread(place.course, "Web Development"), proof, notify=False)
    await issuing.run(options.certificates)
    proof.say(f"{len(issuing.issued)} certificates issued, {receiver.count()} events received: nobody delivers yet")
    with working(place, options.workers) as workers:
        killer = Killer(place, receiver, workers, proof)
        await killer.run(options.kills, options.certificates)
        await proof.until(
            lambda: receiver.count() >= options.certificates,
            PATIENCE_SECONDS,
            lambda: f"{receiver.count()} events received",
        )
        undone = await receipts.undone(place)
        ended = [await asyncio.to_thread(worker.stop) for worker in workers]
    proof.figure(f"{options.database}, {options.workers} workers, {options.certificates} deliveries")
    _tell(await killer.kills(), receiver.receipts(), options, proof)
    receipts.compare(receiver.receipts(), issuing.codes(), proof)
    proof.hold(f"all {options.certificates} certificates were issued", kept=len(issuing.issued) == options.certificates)
    proof.hold("the delivery log says that all was delivered", *undone)
    proof.hold("the workers end well when they are told to", kept=set(ended) == {0})
    proof.hold("nobody logged a fault of their own", *place.faults())


def _tell(kills: list[Kill], came: list[Receipt], options: argparse.Namespace, proof: Proof) -> None:
    gaps, stuck = gaps_after(kills, came)
    bound = LEASE.total_seconds() + GRACE_SECONDS
    in_hand = [len(kill.left) for kill in kills if kill.left]
    proof.figure(
        f"{len(in_hand)} kills of a worker, with {min(in_hand, default=0)} to {max(in_hand, default=0)} deliveries in its"
        f" hands, {sum(in_hand)} in all"
    )
    if gaps:
        proof.figure(
            f"from a kill to the next attempt at what it held: median {percentile(gaps, 0.5):.1f} s, longest"
            f" {max(gaps):.1f} s; a lease lasts {LEASE.total_seconds():.0f} s"
        )
    # Of several workers it is not known beforehand which of them holds what is leased.
    struck = len(in_hand) if options.workers == 1 else len(kills) if in_hand else 0
    proof.hold(f"{options.kills} kills with deliveries in hand", kept=struck >= options.kills)
    proof.hold(f"what a killed worker held is attempted again within {bound:.0f} s, or as its turn comes", *stuck)


def gaps_after(kills: list[Kill], came: list[Receipt]) -> tuple[list[float], list[str]]:
    """How long after each kill each event that it left leased was taken up again, and those taken up too late or never.

    It was when it came (again), or when the next one to be killed had it in hand.
    """
    moments = defaultdict(list)
    for receipt in sorted(came, key=lambda receipt: receipt.at):
        moments[receipt.id].append(receipt.at)
    held = defaultdict(list)
    for kill in kills:
        for event, _ in kill.left:
            held[event].append(kill.at)
    nobody_waits = max((at[0] for event, at in moments.items() if event not in held), default=0.0)
    gaps, stuck = [], []
    for kill in kills:
        latest = max(kill.at + LEASE.total_seconds(), nobody_waits) + GRACE_SECONDS
        for event, _ in kill.left:
            taken_up = sorted(moments[event] + held[event])
            later = taken_up[bisect(taken_up, kill.at) :]
            gaps += [at - kill.at for at in later[:1]]
            if not later or later[0] > latest:
                stuck.append(f"{event}: {later[0] - kill.at:.1f} s" if later else f"{event}: never")
    return gaps, stuck


def main() -> int:
    """Run the proof and answer with its exit code."""
    parser = command("worker_crash", "kill -9 of the worker alone, again and again, while it delivers")
    with_database(parser)
    parser.add_argument("--certificates", type=int, default=1000, help="how many events are to be delivered")
    parser.add_argument("--kills", type=int, default=20, help="how often a worker is killed")
    parser.add_argument("--workers", type=int, default=1, help="how many workers deliver")
    parser.add_argument("--pause", type=float, default=0.05, help="seconds before the receiver answers")
    options = parser.parse_args()
    if options.certificates < 20 * options.kills:
        parser.error("more certificates are needed for so many kills")
    proof = Proof("kill -9 of the worker", options.seed)
    with (
        tempfile.TemporaryDirectory(prefix="tc-beside-") as folder,
        receiving(Path(folder), pause=options.pause) as receiver,
        installed(options.database, more=NO_WORKER, settings=TO_LOOPBACK) as place,
    ):
        asyncio.run(prove(place, receiver, options, proof))
    return proof.end()


if __name__ == "__main__":
    sys.exit(main())
