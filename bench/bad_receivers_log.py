"""What the delivery logs of bad endpoints say, read through the API as their owner reads them."""

import argparse
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.connection import Connection
from bench.installed import Place, patiently
from bench.proof import Proof, percentile

WEBHOOKS = "/api/v1/webhooks"
LONGEST_MS = 16_000
"""An attempt's deadline, and a second for a busy machine."""
LONGEST_ANSWER = 1024
"""Of what was answered: so many bytes, which as text are so many characters at most."""

ANSWERS: dict[str, set[int | None]] = {
    "good": {204},
    "away": {None, 204},
    "drips_body": {200},
    "endless_body": {200},
    "gzip_bomb": {200},
    "lies": {200},
    "redirects": {302, 307},
    "fails": {500},
    "busy": {503},
    "limits": {429},
    "gone": {410},
}
"""The status that the log shows of each kind; none of all others, since none was ever answered whole."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint, and which kind of receiver is behind it."""

    kind: str
    id: str


async def judge(place: Place, endpoints: list[Endpoint], options: argparse.Namespace, proof: Proof) -> None:
    """Print what each log says, and hold it against what its kind does."""
    connection = place.connection()
    for endpoint in endpoints:
        log = await _log(connection, endpoint)
        attempts = [attempt for delivery in log for attempt in delivery["attempts"]]
        _tell(endpoint, log, attempts, proof)
        expected = ANSWERS.get(endpoint.kind, {None})
        promise = f"{endpoint.kind}: its log shows attempts, each answered as it answers"
        proof.hold(promise, *_odd(attempts, expected), kept=None if attempts else False)
        if endpoint.kind in {"busy", "limits"}:
            early = [pause for pause in _first_pauses(log) if pause < options.asked - 1]  # a date has no fractions
            proof.hold(f"{endpoint.kind}: Retry-After of {options.asked} s is honoured", *early)
    proof.hold("410 disables its endpoint, and only that one is disabled", *await _disabled(connection, endpoints))
    connection.close()


async def _log(connection: Connection, endpoint: Endpoint) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor, has_more = "", True
    while has_more:
        answer = await patiently(connection, f"{WEBHOOKS}/{endpoint.id}/deliveries?limit=50{cursor}")
        if answer.status != 200:
            raise RuntimeError(f"The log of {endpoint.kind} was answered with {answer.status}: {answer.body[:200]!r}")
        page = answer.json
        found += page["data"]
        has_more = page["pagination"]["has_more"]
        cursor = f"&cursor={page['pagination']['cursor']}"
    return found


def _tell(endpoint: Endpoint, log: list[dict[str, Any]], attempts: list[dict[str, Any]], proof: Proof) -> None:
    states = dict(Counter(delivery["status"] for delivery in log))
    outcomes = Counter(attempt["error"] or f"answered {attempt['status']}" for attempt in attempts)
    shown = "; ".join(f"{count} x {outcome}" for outcome, count in outcomes.most_common(3))
    longest = percentile([attempt["duration_ms"] / 1000 for attempt in attempts], 1) if attempts else 0.0
    proof.figure(f"{endpoint.kind}: {states}, {len(attempts)} attempts, longest {longest:.1f} s: {shown}")


def _odd(attempts: list[dict[str, Any]], expected: set[int | None]) -> list[dict[str, Any]]:
    """Attempts that were answered otherwise, say no reason, or took too long."""
    return [
        attempt
        for attempt in attempts
        if attempt["status"] not in expected
        or (attempt["error"] is None) != (attempt["status"] in {200, 204})
        or attempt["duration_ms"] > LONGEST_MS
        or len(attempt["answer"] or "") > LONGEST_ANSWER
    ]


def _first_pauses(log: list[dict[str, Any]]) -> list[float]:
    pairs = [delivery["attempts"][:2] for delivery in log if len(delivery["attempts"]) > 1]
    moments = [[datetime.fromisoformat(attempt["started_at"]).timestamp() for attempt in pair] for pair in pairs]
    return [second - first for first, second in moments]


async def _disabled(connection: Connection, endpoints: list[Endpoint]) -> list[str]:
    """Endpoints that are enabled or disabled against the rule."""
    wrong = []
    for endpoint in endpoints:
        answer = (await patiently(connection, f"{WEBHOOKS}/{endpoint.id}")).json["data"]
        expected = (False, "gone") if endpoint.kind == "gone" else (True, None)
        if (answer["enabled"], answer["disabled_reason"]) != expected:
            wrong.append(f"{endpoint.kind}: enabled {answer['enabled']}, reason {answer['disabled_reason']}")
    return wrong
