"""What a good receiver has received, held against the certificates that were issued."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bench.beside import Beside
from bench.installed import Place
from bench.proof import Proof
from bench.receiver import secrets_of

UNDONE = "SELECT status, count(*) FROM delivery WHERE status <> 'delivered' GROUP BY status"
UNDONE_SECONDS = 30.0
"""Longer than a lease: a worker that was killed after the receipt leaves it to the next one."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One delivery that came, as bench.receiver wrote it down."""

    at: float
    to: str
    id: str
    event: str
    code: str
    fault: str | None


@dataclass
class Receiver:
    """The receiver's process, and the endpoints that are registered with it."""

    process: Beside

    def register(self, place: Place, name: str = "good") -> str:
        """Register an endpoint of this receiver, tell the receiver its secret, and answer with its id."""
        made = register(place, f"http://127.0.0.1:{self.process.port}/{name}")
        file = secrets_of(self.process.record)
        known: dict[str, str] = orjson.loads(file.read_bytes()) if file.exists() else {}
        file.with_suffix(".new").write_bytes(orjson.dumps({**known, f"/{name}": made["secret"]}))
        file.with_suffix(".new").rename(file)  # whoever reads it meanwhile reads all of it
        return str(made["id"])

    def receipts(self) -> list[Receipt]:
        """All that came so far, in the order in which it came."""
        return [Receipt(**line) for line in self.process.lines()]

    def count(self) -> int:
        """How many different events came so far."""
        return len({line["id"] for line in self.process.lines()})


def register(place: Place, url: str) -> dict[str, Any]:
    """A new endpoint for all events, as the API answers with it, its secret included."""
    with place.installation.client(place.key) as client:
        answer = client.post("/api/v1/webhooks", json={"url": url})
    if not answer.is_success:
        raise RuntimeError(f"{url} was not registered: {answer.status_code} {answer.text}")
    made: dict[str, Any] = answer.json()["data"]
    return made


@contextmanager
def receiving(folder: Path, *, pause: float = 0.0) -> Iterator[Receiver]:
    """A good receiver, gone afterwards."""
    process = Beside("bench.receiver", folder, "--pause", str(pause))
    try:
        process.start()
        yield Receiver(process)
    finally:
        process.close()


async def undone(place: Place, seconds: float = UNDONE_SECONDS) -> list[tuple[object, ...]]:
    """What the delivery log has open, by state: what was received is written down a moment later."""
    ends = time.monotonic() + seconds
    while (open_ones := await place.rows(UNDONE)) and time.monotonic() < ends:
        await asyncio.sleep(0.1)
    return open_ones


def compare(
    receipts: Collection[Receipt], issued: Collection[str], proof: Proof, *, name: str = "", once: bool = False
) -> None:
    """Every certificate's event came, none came without its certificate, and all were signed; repetitions are counted."""
    came = Counter(receipt.id for receipt in receipts)
    told = {(receipt.id, receipt.event, receipt.code) for receipt in receipts}
    codes = {code for _, _, code in told}
    more = {id: count for id, count in came.items() if count > 1}
    proof.figure(
        f"{name}received: {len(receipts)} deliveries of {len(came)} events"
        f" ({dict(Counter(event for _, event, _ in told))}); {len(receipts) - len(came)} repetitions, of {len(more)} events"
    )
    proof.hold(f"{name}no certificate without its event at the receiver", *(set(issued) - codes))
    proof.hold(f"{name}no event at the receiver without its certificate", *(codes - set(issued)))
    one_id = len(came) == len(told) == len({(event, code) for _, event, code in told})
    proof.hold(f"{name}each event has one id, the same each time", kept=one_id)
    proof.hold(f"{name}each delivery is signed rightly, in both ways", *(r for r in receipts if r.fault))
    if once:
        proof.hold(f"{name}no event was sent twice", *more.items())
