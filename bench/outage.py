"""A database that goes away costs nobody more than a 503 within five seconds, and nothing that was acknowledged.

Clients issue, read, list and verify without pause while PostgreSQL is stopped (or frozen: its processes stand still and
its connections stay open), and while it comes back. The same processes of ours must serve on.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench.connection import Connection, Reply
from bench.findings import examine
from bench.installed import CERTIFICATES, Place, holder, serving
from bench.outage_load import Load, Phase
from bench.proof import Proof, command, milliseconds
from tests.postgres import OwnServer, fresh_database, own_server

BEFORE_SECONDS, AFTER_SECONDS = 4.0, 8.0
LONGEST_SECONDS = 5.0
PROBES = {"/livez": 0.25, "/readyz": 0.5}


async def prove(server: OwnServer, place: Place, options: argparse.Namespace, proof: Proof) -> None:
    """Put the service under load, take its database away, give it back, and look at everything."""
    course = await asyncio.to_thread(place.course, "Web Development")
    load = Load(place, course, proof)
    ours = _processes(place)
    running = [asyncio.create_task(load.client()) for _ in range(options.clients)]
    running += [asyncio.create_task(load.probe(path, pause)) for path, pause in PROBES.items()]
    await _for_seconds(options.before, load)
    back = await _away(server, options, load)
    await _for_seconds(options.after, load)
    load.enough = True
    await asyncio.gather(*running)
    proof.say(f"load ended; {len(load.owed)} requests were never answered with 201: repeating them")
    await load.settle()
    _tell(load, options, back, proof)
    proof.hold("the same processes serve as before", kept=_processes(place) == ours)
    proof.hold("the service logged no fault of its own", *place.faults())
    proof.hold("each line of the log is one JSON object, whichever process wrote it", *place.broken_lines())
    await examine(place, load.issued, proof, lambda connection, number: _again(connection, number, course))


async def _away(server: OwnServer, options: argparse.Namespace, load: Load) -> float:
    leave, come_back = {"stop": (server.stop, server.start), "freeze": (server.freeze, server.thaw)}[options.mode]
    load.phase = Phase.AWAY
    load.proof.say(f"PostgreSQL: {options.mode} for {options.seconds:g} s, with {load.in_flight()} requests in flight")
    await asyncio.to_thread(leave)
    try:
        await _for_seconds(options.seconds, load)
    finally:
        await asyncio.to_thread(come_back)
    load.phase = Phase.BACK
    load.proof.say("PostgreSQL is back")
    return time.perf_counter()


async def _for_seconds(seconds: float, load: Load) -> None:
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        await asyncio.sleep(min(left, 3.0))
        load.proof.now_and_then(f"{load.phase.value}: {load.counts(load.phase)}")


def _tell(load: Load, options: argparse.Namespace, back: float, proof: Proof) -> None:
    proof.figure(
        f"PostgreSQL {options.mode}, {options.seconds:g} s, {options.clients} clients, {options.workers} workers"
    )
    for phase in Phase:
        answers = [asked for asked in load.asked if asked.phase is phase and asked.kind not in PROBES]
        proof.figure(f"{phase.value}: {load.counts(phase)}; {milliseconds([asked.seconds for asked in answers])}")
    for kind in ("issue", "read", "list", "verify"):
        first = [a.began + a.seconds - back for a in load.asked if a.kind == kind and a.fine and a.began >= back]
        proof.figure(f"first success after it was back, {kind}: " + (f"{min(first):.2f} s" if first else "never"))
        proof.hold(f"it serves again without a restart: {kind}", kept=bool(first))
    ready = [asked for asked in load.asked if asked.kind == "/readyz"]
    proof.figure(f"/readyz: {milliseconds([asked.seconds for asked in ready])}")
    api = [asked for asked in load.asked if asked.kind not in PROBES]
    proof.hold("every answer is 2xx, or 503 in the error's shape; no connection is cut", *(a for a in api if a.wrong))
    slow = [asked for asked in load.asked if asked.seconds > LONGEST_SECONDS]
    proof.hold(f"every answer comes within {LONGEST_SECONDS:g} s, /livez and /readyz too", *slow)
    dead = [asked for asked in load.asked if asked.kind == "/livez" and asked.status != 200]
    proof.hold("/livez says 200 all the time", *dead)
    refused = [asked for asked in api if asked.phase is Phase.AWAY and asked.status == 503]
    proof.hold("the outage was felt: there were answers with 503", kept=bool(refused))


def _processes(place: Place) -> set[int]:
    if place.installation.process is None:
        return set()
    whole = psutil.Process(place.installation.process.pid)
    return {whole.pid, *(child.pid for child in whole.children(recursive=True))}


async def _again(connection: Connection, number: int, course: str) -> Reply:
    return await connection.post(CERTIFICATES, holder(number, course), once=f"certificate-{number}")


def main() -> int:
    """Run the proof and answer with its exit code."""
    parser = command("outage", "PostgreSQL goes away under load and comes back")
    parser.add_argument("--seconds", type=float, default=30.0, help="for how long it is away")
    parser.add_argument("--before", type=float, default=BEFORE_SECONDS, help="for how long the load goes on beforehand")
    parser.add_argument("--after", type=float, default=AFTER_SECONDS, help="for how long the load goes on afterwards")
    parser.add_argument("--mode", choices=("stop", "freeze"), default="stop", help="how it goes away")
    parser.add_argument("--clients", type=int, default=24, help="how many clients ask at once")
    parser.add_argument("--workers", type=int, default=2, help="how many processes answer requests")
    options = parser.parse_args()
    proof = Proof("PostgreSQL away under load", options.seed)
    with (
        tempfile.TemporaryDirectory(prefix="tc-bench-") as folder,
        own_server() as server,
        fresh_database(server.url) as url,
        serving(Path(folder), url, workers=options.workers) as place,
    ):
        asyncio.run(prove(server, place, options, proof))
    return proof.end()


if __name__ == "__main__":
    sys.exit(main())
