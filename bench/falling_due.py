"""Each certificate is announced once as expiring and once as expired, whoever dies over it, and soon after it falls due.

Certificates are issued for a year; then their expiry is moved, behind the service's back, so that 30 days before it fall
within the next seconds, one certificate after the other. When all were announced it is moved again: now they expire almost
at once. Two workers run, each with a scheduler; in the middle of both waves one of them is killed by SIGKILL, and started
again. What was announced, and when, is read from the feed of events.
"""

import argparse
import asyncio
import math
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench.feed import Poller, Seen
from bench.installed import Place, installed
from bench.issuing import Issuing
from bench.proof import Proof, command, percentile, with_database
from bench.workers import NO_WORKER, Worker, working
from rules.validity import EXPIRING_FOR

START_SECONDS, START_SECONDS_EACH = 2.0, 0.001
"""From moving expiries to the first of them: for all together, and more for each that has to be moved."""
DOWN_SECONDS = 3.0
PATIENCE_SECONDS = 60.0
SLOWEST_SECONDS = 10.0
MOVE = "UPDATE certificate SET expires_at = $1 WHERE code = $2"


@dataclass(frozen=True, slots=True)
class Wave:
    """Certificates that fall due one after the other for one kind of event: each one's moment, by code."""

    event: str
    due: dict[str, float]

    def announced(self, seen: list[Seen]) -> dict[str, float]:
        """When each was first announced."""
        return {item.code: item.at for item in reversed(seen) if item.event == self.event}


async def prove(place: Place, options: argparse.Namespace, proof: Proof) -> None:
    """Issue, let both waves come, each with a kill in its middle, and count."""
    issuing = Issuing(place, await asyncio.to_thread(place.course, "Web Development"), proof, notify=False)
    await issuing.run(options.certificates)
    codes = sorted(issuing.codes())
    proof.chance.shuffle(codes)
    poller, enough = Poller(place, pause=0.1), asyncio.Event()
    following = asyncio.create_task(poller.follow(enough))
    waves = []
    with working(place, options.workers) as workers:
        for event, ahead, seconds in (
            ("certificate.expiring", EXPIRING_FOR, options.seconds),
            ("certificate.expired", timedelta(0), options.rush),
        ):
            wave = await _moved(place, codes, event, ahead, seconds)
            waves.append(wave)
            proof.say(f"{len(codes)} certificates fall due for {event} within {seconds:g} s")
            await _killed_midway(wave, poller, workers, proof)
            await _all(wave, poller, proof)
        await asyncio.sleep(options.look_on)
        running = all(worker.is_running() for worker in workers)
    enough.set()
    await following
    proof.figure(f"{options.database}, {options.workers} workers, {options.certificates} certificates")
    proof.hold(f"all {options.certificates} certificates were issued", kept=len(codes) == options.certificates)
    for wave in waves:
        _judge(wave, poller.seen, proof)
    await _stored(place, poller, len(codes), proof)
    proof.hold("the workers ran to the end", kept=running)
    proof.hold("nobody logged a fault of their own", *place.faults())


async def _stored(place: Place, poller: Poller, count: int, proof: Proof) -> None:
    kinds = Counter(item.event for item in poller.seen)
    proof.figure(f"the feed from its beginning: {dict(kinds)}")
    proof.figure(poller.figure())
    marked = "SELECT count(*) FROM certificate WHERE expiring_noted_at IS NOT NULL AND expired_noted_at IS NOT NULL"
    proof.hold("the database has both marks on every one", kept=await place.value(marked) == count)
    stored = dict(await place.rows("SELECT kind, count(*) FROM event GROUP BY kind"))
    proof.hold("the database holds as many events as the feed showed", kept=stored == dict(kinds))


async def _moved(place: Place, codes: list[str], event: str, ahead: timedelta, seconds: float) -> Wave:
    """Certificates that fall due in this order, evenly spread, at whole seconds as all expiries are."""
    first = math.ceil(time.time() + START_SECONDS + START_SECONDS_EACH * len(codes))
    due = {code: first + math.floor(place_in * seconds / len(codes)) for place_in, code in enumerate(codes)}
    moments = {code: datetime.fromtimestamp(at, UTC) + ahead for code, at in due.items()}
    postgres = place.installation.database_url is not None
    written = {code: at if postgres else at.isoformat(sep=" ") for code, at in moments.items()}
    await place.change(MOVE, [(at, code) for code, at in written.items()])
    if time.time() > first:
        raise RuntimeError("Moving the expiries took too long: the first of them have passed.")
    return Wave(event, {code: float(at) for code, at in due.items()})


async def _killed_midway(wave: Wave, poller: Poller, workers: list[Worker], proof: Proof) -> None:
    """Kill one worker, as the lot falls, when about half is announced, and start it again after a while."""
    half = int(len(wave.due) * proof.chance.uniform(0.4, 0.6))
    await proof.until(
        lambda: len(wave.announced(poller.seen)) >= half,
        PATIENCE_SECONDS,
        lambda: f"{wave.event}: {len(wave.announced(poller.seen))} announced",
    )
    worker = proof.chance.choice(workers)
    worker.kill()
    proof.say(f"a worker was killed with {len(wave.announced(poller.seen))} announced")
    await asyncio.sleep(DOWN_SECONDS)
    worker.start()


async def _all(wave: Wave, poller: Poller, proof: Proof) -> None:
    await proof.until(
        lambda: len(wave.announced(poller.seen)) >= len(wave.due),
        PATIENCE_SECONDS,
        lambda: f"{wave.event}: {len(wave.announced(poller.seen))} announced",
    )


def _judge(wave: Wave, seen: list[Seen], proof: Proof) -> None:
    counted = Counter(item.code for item in seen if item.event == wave.event)
    wrong = [f"{code}: {counted[code]} times" for code in wave.due if counted[code] != 1]
    proof.hold(
        f"{wave.event}: exactly one of each of {len(wave.due)} certificates", *wrong, *(counted.keys() - wave.due)
    )
    late = [at - wave.due[code] for code, at in wave.announced(seen).items() if code in wave.due]
    if late:
        proof.figure(
            f"{wave.event}: seen in the feed after falling due: median {percentile(late, 0.5):.2f} s, p99"
            f" {percentile(late, 0.99):.2f} s, longest {max(late):.2f} s"
        )
    proof.hold(f"{wave.event}: none is announced before it is due", *(each for each in late if each < 0))
    proof.hold(
        f"{wave.event}: each is announced within {SLOWEST_SECONDS:g} s", *(e for e in late if e > SLOWEST_SECONDS)
    )


def main() -> int:
    """Run the proof and answer with its exit code."""
    parser = command("falling_due", "certificates that expire under several schedulers, one of which is killed")
    with_database(parser)
    parser.add_argument("--certificates", type=int, default=5000, help="how many fall due")
    parser.add_argument("--seconds", type=float, default=20.0, help="within how many seconds they are about to expire")
    parser.add_argument("--rush", type=float, default=1.0, help="within how many seconds they expire then")
    parser.add_argument("--workers", type=int, default=2, help="how many workers, each with a scheduler")
    parser.add_argument("--look-on", type=float, default=5.0, help="seconds to wait for repetitions")
    options = parser.parse_args()
    proof = Proof("falling due", options.seed)
    with installed(options.database, more=NO_WORKER) as place:
        asyncio.run(prove(place, options, proof))
    return proof.end()


if __name__ == "__main__":
    sys.exit(main())
