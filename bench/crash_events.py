"""No event is lost between a change and those it is told to, however often the whole service is killed.

Clients issue certificates under `kill -9` of everything, as in bench.crash, while an endpoint is registered and an
integrator follows the feed of events. Afterwards every certificate's event is at the receiver and in the feed, in the feed
exactly once, and no event tells of a certificate that does not exist.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from bench import feed, receipts
from bench.crash import Client, Killer, Ledger, issue
from bench.feed import Poller
from bench.findings import examine
from bench.installed import TO_LOOPBACK, Place, installed
from bench.proof import Proof, command, with_database
from bench.receipts import Receiver, receiving

PATIENCE_SECONDS = 120.0
"""Longer than a lease and the first pauses of the schedule together."""


async def prove(place: Place, receiver: Receiver, options: argparse.Namespace, proof: Proof) -> None:
    """Issue under fire, wait for what is still on its way, and compare."""
    await asyncio.to_thread(receiver.register, place)
    ledger = Ledger(await asyncio.to_thread(place.course, "Web Development"), options.certificates)
    clients = [Client(place, ledger) for _ in range(options.clients)]
    killer = Killer(place, ledger, clients, proof, options.in_flight, ("--workers", str(options.workers)))
    poller, enough = Poller(place), asyncio.Event()
    following = asyncio.create_task(poller.follow(enough))
    await asyncio.gather(killer.run(options.kills), *(client.run() for client in clients))
    proof.say(f"all answered; {receiver.count()} events received, {len(poller.seen)} read from the feed so far")
    await proof.until(
        lambda: receiver.count() >= options.certificates and len(poller.seen) >= options.certificates,
        PATIENCE_SECONDS,
        lambda: f"{receiver.count()} events received, {len(poller.seen)} read from the feed",
    )
    enough.set()
    await following
    _tell(killer, options)
    await _compare(place, receiver, ledger, poller, proof)
    await examine(place, ledger.answers, proof, lambda connection, number: issue(connection, ledger, number))


async def _compare(place: Place, receiver: Receiver, ledger: Ledger, poller: Poller, proof: Proof) -> None:
    issued = {reply.json["data"]["code"] for reply in ledger.answers.values()}
    receipts.compare(receiver.receipts(), issued, proof)
    proof.figure(poller.figure())
    feed.compare(poller.seen, issued, proof)
    told = {(receipt.id, receipt.code) for receipt in receiver.receipts()}
    differing = told ^ {(item.id, item.code) for item in poller.seen}
    proof.hold("the feed and the receiver were told of the same events", *differing)
    without = await place.rows(
        "SELECT code FROM certificate WHERE id NOT IN (SELECT certificate_id FROM event WHERE kind = 'certificate.issued')"
    )
    proof.hold("the database holds no certificate without its event", *without)
    proof.hold("the delivery log says that all was delivered", *await receipts.undone(place))
    proof.hold("nobody logged a fault of their own", *place.faults())


def _tell(killer: Killer, options: argparse.Namespace) -> None:
    ledger, proof = killer.ledger, killer.proof
    fewest, most = min(killer.counted, default=0), max(killer.counted, default=0)
    proof.figure(
        f"{options.database}, {options.workers} workers, {options.clients} clients, {ledger.wanted} certificates"
    )
    proof.figure(f"{len(killer.counted)} kills, each with {fewest} to {most} requests that were never answered")
    promise = f"{options.kills} kills before the last answer, each with at least {options.in_flight} requests in flight"
    proof.hold(promise, kept=len(killer.counted) >= options.kills and fewest >= options.in_flight)


def main() -> int:
    """Run the proof and answer with its exit code."""
    parser = command("crash_events", "kill -9 of everything while events are delivered and the feed is read")
    with_database(parser)
    parser.add_argument("--certificates", type=int, default=2000, help="how many are issued in all")
    parser.add_argument("--kills", type=int, default=20, help="how often everything is killed")
    parser.add_argument("--in-flight", type=int, default=16, help="requests that must be unanswered at each kill")
    parser.add_argument("--clients", type=int, default=32, help="how many clients issue at once")
    parser.add_argument("--workers", type=int, default=1, help="how many processes answer requests")
    parser.add_argument("--pause", type=float, default=0.02, help="seconds before the receiver answers")
    options = parser.parse_args()
    if options.certificates <= 2 * options.clients + options.kills:
        parser.error("more certificates are needed for so many clients and kills")
    proof = Proof("events under kill -9", options.seed)
    with (
        tempfile.TemporaryDirectory(prefix="tc-beside-") as folder,
        receiving(Path(folder), pause=options.pause) as receiver,
        installed(options.database, workers=options.workers, settings=TO_LOOPBACK) as place,
    ):
        asyncio.run(prove(place, receiver, options, proof))
    return proof.end()


if __name__ == "__main__":
    sys.exit(main())
