"""Several workers on one PostgreSQL share the work, and none sends what another has sent.

Half of the certificates are issued before the workers start, so that all of them rush at the same queue, and half while
they deliver. The receiver is a good one: it must get each event exactly once.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from bench import receipts
from bench.installed import TO_LOOPBACK, Place, installed
from bench.issuing import Issuing
from bench.proof import Proof, command
from bench.receipts import Receiver, receiving
from bench.workers import NO_WORKER, working

PATIENCE_SECONDS = 120.0
LOOK_ON_SECONDS = 30.0
"""Longer than a lease: what would be sent twice because nobody wrote it down is sent within it."""


async def prove(place: Place, receiver: Receiver, options: argparse.Namespace, proof: Proof) -> None:
    """Issue half, start the workers, issue the other half, wait, and count."""
    for number in range(options.endpoints):
        await asyncio.to_thread(receiver.register, place, f"good-{number}")
    issuing = Issuing(place, await asyncio.to_thread(place.course, "Web Development"), proof, notify=False)
    await issuing.run(options.certificates // 2)
    wanted = options.certificates * options.endpoints
    with working(place, options.workers) as workers:
        await issuing.run(options.certificates - options.certificates // 2)
        await proof.until(
            lambda: len(receiver.receipts()) >= wanted, PATIENCE_SECONDS, lambda: f"{len(receiver.receipts())} received"
        )
        proof.say(f"{len(receiver.receipts())} received; looking on for {options.look_on:g} s")
        await asyncio.sleep(options.look_on)
        ended = [await asyncio.to_thread(worker.stop) for worker in workers]
    came = receiver.receipts()
    seconds = came[-1].at - came[0].at if came else 0.0
    proof.figure(f"postgres, {options.workers} workers, {options.certificates} events to {options.endpoints} endpoints")
    proof.figure(f"received within {seconds:.1f} s, {len(came) / max(seconds, 0.001):.0f} a second")
    spent = ", ".join(f"{worker.spent:.1f} s" for worker in workers)
    proof.figure(f"time of a processor that each worker took: {spent}")
    for number in range(options.endpoints):
        own = [receipt for receipt in came if receipt.to == f"/good-{number}"]
        receipts.compare(own, issuing.codes(), proof, name=f"endpoint {number + 1}: ", once=True)
    attempts = await place.rows("SELECT attempts, status, count(*) FROM delivery GROUP BY attempts, status")
    proof.hold("the delivery log has one attempt of each delivery", kept=attempts == [(1, "delivered", wanted)])
    proof.hold("each worker did a share of the work", *(w.log for w in workers if w.spent < options.least_share))
    proof.hold("the workers end well when they are told to", kept=set(ended) == {0})
    proof.hold("nobody logged a fault of their own", *place.faults())


def main() -> int:
    """Run the proof and answer with its exit code."""
    parser = command("four_workers", "several workers on PostgreSQL, and nothing sent twice")
    parser.add_argument("--certificates", type=int, default=2000, help="how many events are to be delivered")
    parser.add_argument("--endpoints", type=int, default=1, help="to how many endpoints of the one receiver")
    parser.add_argument("--workers", type=int, default=4, help="how many workers deliver")
    parser.add_argument("--look-on", type=float, default=LOOK_ON_SECONDS, help="seconds to wait for repetitions")
    parser.add_argument(
        "--least-share", type=float, default=0.5, help="seconds of a processor that each must have used"
    )
    options = parser.parse_args()
    proof = Proof("several workers", options.seed)
    with (
        tempfile.TemporaryDirectory(prefix="tc-beside-") as folder,
        receiving(Path(folder)) as receiver,
        installed("postgres", more=NO_WORKER, settings=TO_LOOPBACK) as place,
    ):
        asyncio.run(prove(place, receiver, options, proof))
    return proof.end()


if __name__ == "__main__":
    sys.exit(main())
