"""Seventeen kinds of bad receivers, and one that is down for a while, cost the good one beside them nothing.

All are endpoints of one organization. Certificates are issued at a steady pace; each event goes to all of them. The good
receiver's time is measured from the certificate's `created_at`, just before its transaction commits, to the receipt.
Nothing may follow a redirect to the canary, the worker's memory stays flat, the endpoint that answers 410 is disabled, and
what was down gets every event once it is back. In the end each endpoint's own delivery log is read through the API.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import orjson

from bench import receipts
from bench.bad_receivers_log import Endpoint, judge
from bench.beside import Beside
from bench.installed import TO_LOOPBACK, Place, installed
from bench.issuing import Issued, Issuing
from bench.proof import Proof, command, percentile, percentiles, with_database
from bench.receipts import Receiver, receiving, register
from bench.workers import NO_WORKER, Worker, working
from rules import retries

SLOWEST_SECONDS = 2.0
MOST_GROWTH_MB = 30.0
KINDS = 17
MEGABYTE = 2**20


class Memory:
    """What a worker holds in memory, looked at twice a second."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self.samples: list[tuple[float, float]] = []

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            self.samples.append((time.monotonic(), self._worker.memory() / MEGABYTE))
            await asyncio.sleep(0.5)

    def most(self, since: float, until: float) -> float:
        """The most within a while, in megabytes."""
        return max((held for at, held in self.samples if since <= at <= until), default=0.0)


class Scene:
    """The good receiver, the one that goes away, the bad ones, and all of their endpoints."""

    def __init__(self, stack: ExitStack, folder: Path, pause: int) -> None:
        self.good = stack.enter_context(receiving(folder))
        self.away = stack.enter_context(receiving(folder))
        self.bad = Beside("bench.misbehaving", folder, "--retry-after", str(pause))
        stack.callback(self.bad.close)
        self.ports: dict[str, int] = orjson.loads(self.bad.start())
        self.endpoints: list[Endpoint] = []

    def register(self, place: Place, copies: int) -> None:
        """Register every one of them, the bad ones so many times."""
        self.endpoints += [Endpoint("good", self.good.register(place)), Endpoint("away", self.away.register(place))]
        for kind, port in list(self.ports.items()) * copies:
            scheme = "https" if kind == "garbage_tls" else "http"
            self.endpoints.append(Endpoint(kind, register(place, f"{scheme}://127.0.0.1:{port}/{kind}")["id"]))

    def met(self) -> Counter[str]:
        """How often each bad receiver was connected to."""
        return Counter(line["kind"] for line in self.bad.lines())


async def prove(place: Place, scene: Scene, options: argparse.Namespace, proof: Proof) -> None:
    """Issue, take one receiver away and bring it back, wait, and look at everything."""
    await asyncio.to_thread(scene.register, place, options.copies)
    issuing = Issuing(place, await asyncio.to_thread(place.course, "Web Development"), proof, notify=False)
    with working(place, 1) as (worker,):
        memory, began = Memory(worker), time.monotonic()
        watching = asyncio.create_task(memory.watch())
        going_away = asyncio.create_task(_away(scene.away, options.away, proof))
        issued = await issuing.run(options.certificates, seconds=options.seconds)
        await going_away
        reached = {"good": scene.good, "away": scene.away}
        for name, receiver in reached.items():
            await _all(receiver, options.certificates, options.patience, name, proof)
        await proof.until(
            lambda: time.monotonic() >= began + options.at_least, options.at_least, lambda: "the bad ones go on"
        )
        ended = time.monotonic()
        watching.cancel()
        running = worker.is_running()
        await judge(place, scene.endpoints, options, proof)
        await asyncio.to_thread(worker.stop)
    proof.hold("the same worker worked all the time", kept=running)
    proof.hold("nobody logged a fault of their own", *place.faults())
    _tell_of_memory(memory, began, ended, proof)
    _tell_of_good(scene.good, issued, proof)
    for name, receiver in reached.items():
        receipts.compare(receiver.receipts(), issuing.codes(), proof, name=f"{name}: ")
    _tell_of_bad(scene, proof)


async def _away(receiver: Receiver, seconds: float, proof: Proof) -> None:
    receiver.process.kill()
    proof.say(f"away: gone for {seconds:g} s")
    await asyncio.sleep(seconds)
    receiver.process.start()
    proof.say("away: back")


async def _all(receiver: Receiver, wanted: int, patience: float, name: str, proof: Proof) -> None:
    began = time.monotonic()
    await proof.until(
        lambda: receiver.count() >= wanted, patience, lambda: f"{name}: {receiver.count()} of {wanted} events received"
    )
    proof.say(
        f"{name}: {receiver.count()} of {wanted} events received, {time.monotonic() - began:.1f} s after the last"
    )


def _tell_of_memory(memory: Memory, began: float, ended: float, proof: Proof) -> None:
    warm = began + (ended - began) / 3
    first, later = memory.most(began, warm), memory.most(warm, ended)
    growth = later - first
    proof.figure(f"the worker's memory: {first:.0f} MB at most in the first third, {later:.0f} MB afterwards")
    proof.hold(
        f"memory stays flat: it grows by {MOST_GROWTH_MB:.0f} MB at most", kept=later > 0 and growth <= MOST_GROWTH_MB
    )


def _tell_of_good(good: Receiver, issued: list[Issued], proof: Proof) -> None:
    first = {receipt.code: receipt.at for receipt in reversed(good.receipts())}
    both = [(each, first[each.certificate["code"]]) for each in issued if each.certificate["code"] in first]
    from_commit = [at - each.created_at for each, at in both]
    proof.figure(f"good: from created_at to receipt: {percentiles(from_commit)}")
    proof.figure(f"good: from the client's 201 to receipt: {percentiles([at - each.at for each, at in both])}")
    fast = bool(from_commit) and percentile(from_commit, 0.99) < SLOWEST_SECONDS
    proof.hold(f"good: 99 of 100 events are received within {SLOWEST_SECONDS:g} s", kept=fast)


def _tell_of_bad(scene: Scene, proof: Proof) -> None:
    met = scene.met()
    proof.figure(f"connections to the bad receivers: {dict(sorted(met.items()))}")
    proof.hold(f"there are {KINDS} kinds of bad receivers", kept=len(scene.ports) == KINDS)
    proof.hold("each kind that listens was connected to", *(set(scene.ports) - {"refuses"} - met.keys()))
    proof.hold("the canary was never reached", kept=met["canary"] == 0)


def main() -> int:
    """Run the proof and answer with its exit code."""
    parser = command("bad_receivers", "seventeen kinds of bad receivers beside a good one")
    with_database(parser)
    parser.add_argument("--certificates", type=int, default=400, help="how many events go to each endpoint")
    parser.add_argument("--copies", type=int, default=1, help="how many endpoints each bad receiver has")
    parser.add_argument("--seconds", type=float, default=200.0, help="over how many seconds they are issued")
    parser.add_argument("--at-least", type=float, default=240.0, help="seconds that the worker is watched for")
    parser.add_argument("--away", type=float, default=60.0, help="for how many seconds one receiver is down")
    parser.add_argument("--retries", default="5s,10s,20s,40s,60s", help="the pauses between attempts")
    parser.add_argument("--patience", type=float, default=180.0, help="seconds to wait for the last events")
    options = parser.parse_args()
    proof = Proof("bad receivers", options.seed)
    # Asked for by the busy ones: longer than the first pause, and within twice of it, so that it is honoured.
    options.asked = int(retries.schedule(options.retries)[0].total_seconds() * 1.6)
    settings = {**TO_LOOPBACK, "TRUECERTA_WEBHOOK_RETRIES": options.retries}
    with (
        tempfile.TemporaryDirectory(prefix="tc-beside-") as folder,
        ExitStack() as stack,
        installed(options.database, more=NO_WORKER, settings=settings) as place,
    ):
        asyncio.run(prove(place, Scene(stack, Path(folder), options.asked), options, proof))
    return proof.end()


if __name__ == "__main__":
    sys.exit(main())
