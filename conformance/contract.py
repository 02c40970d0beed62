"""Does a server keep the contract: `python -m conformance.contract --url URL --key KEY`.

Schemathesis asks it everything that its /openapi.yaml describes, and much that it does not: the contract's own examples,
every boundary of every schema, valid and invalid data at random, and walks along the links. It writes: courses,
certificates (of people at example.com and worse) and endpoints are created for the key's organization, which should be one
for tests.

Exit status: 0 the server keeps the contract, 1 it does not, 2 could not tell.
"""

import argparse
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx

from conformance import samples
from conformance.schemathesis_run import PHASES, Outcome, Plan, run

OURS = Path(__file__).parent.parent / "openapi.yaml"
COULD_NOT_TELL = 2


def main(arguments: list[str] | None = None) -> int:
    """Judge one server."""
    asked = _asked(arguments)
    begun = time.monotonic()
    try:
        plan = _plan(asked)
    except (httpx.HTTPError, ValueError, KeyError, samples.NotReadyError) as why:
        print(f"Cannot tell: {asked.url} is not ready to be judged. {why}", file=sys.stderr)
        return COULD_NOT_TELL
    try:
        outcome = run(plan, asked.out and asked.out.resolve())
    finally:
        _tidy(asked)
    _summarize(plan, outcome, time.monotonic() - begun)
    return outcome.verdict


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="conformance.contract", description=(__doc__ or "").partition(":")[0] + ".")
    parser.add_argument("--url", required=True, help="the server, such as http://127.0.0.1:8000")
    parser.add_argument("--key", required=True, help="an API key of an organization for tests")
    parser.add_argument("--examples", type=int, default=50, help="cases per operation in each random phase (50)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed sends the same (1)")
    parser.add_argument("--phases", default=",".join(PHASES), help="a comma-separated choice of " + ", ".join(PHASES))
    parser.add_argument("--course-id", help="a course to issue for; one is created otherwise")
    parser.add_argument("--claimed-code", action="append", default=[], help="a claimed certificate, for its badge")
    parser.add_argument("--claim-token", action="append", default=[], help="the token of a mailed link, for claiming")
    parser.add_argument("--out", type=Path, help="a folder that keeps report.json, junit.xml and answers.json")
    asked = parser.parse_args(arguments)
    asked.url, asked.phases = asked.url.rstrip("/"), tuple(asked.phases.split(","))
    if unknown := set(asked.phases) - set(PHASES):
        parser.error(f"no such phase: {', '.join(sorted(unknown))}")
    return asked


def _plan(asked: argparse.Namespace) -> Plan:
    with _client(asked) as client:
        served = client.get("/openapi.yaml").raise_for_status().content
        if OURS.exists() and served != OURS.read_bytes():
            print(
                f"Note: {asked.url}/openapi.yaml differs from {OURS.name} here; the server is judged by its own.",
                flush=True,
            )
        listed = client.get("/api/v1/certificates", params={"limit": 1})
        if limit := listed.headers.get("X-RateLimit-Limit"):
            print(f"Note: the server takes {limit} requests a minute. Its Retry-After is obeyed, so this takes hours;")
            print(
                "      start it with TRUECERTA_RATE_LIMIT_API, _PUBLIC, _MISSES and _WEBHOOK_TEST off for a quick answer.",
                flush=True,
            )
        given = samples.Given(asked.course_id, tuple(asked.claimed_code), tuple(asked.claim_token))
        found = samples.prepare(client, given)
    return Plan(asked.url, asked.key, asked.examples, asked.seed, asked.phases, found)


def _tidy(asked: argparse.Namespace) -> None:
    with suppress(httpx.HTTPError), _client(asked) as client:
        samples.tidy(client)


def _client(asked: argparse.Namespace) -> httpx.Client:
    headers = {"Authorization": f"Bearer {asked.key}"}
    return httpx.Client(base_url=asked.url, headers=headers, timeout=30, trust_env=False)


def _summarize(plan: Plan, outcome: Outcome, seconds: float) -> None:
    by_operation: dict[str, Counter[int]] = {}
    for operation, status, times in outcome.answers:
        by_operation.setdefault(operation, Counter())[status] += times
    print(f"\n{'operation':24} requests   answers")
    for operation, statuses in by_operation.items():
        shown = "  ".join(f"{status} x {times}" for status, times in sorted(statuses.items()))
        print(f"{operation:24} {statuses.total():8}   {shown}")
    cases = outcome.report.get("test_cases", {}).get("generated", 0)
    requests = sum(times for _, _, times in outcome.answers)
    faults = sum(times for _, status, times in outcome.answers if status >= 500)
    failures = sum(failure["count"] for failure in outcome.report.get("failures", []))
    print(
        f"\nseed {plan.seed}, {plan.examples} examples an operation, phases {', '.join(plan.phases)}: "
        f"{len(by_operation)} operations, {cases} cases, {requests} requests in {seconds:.0f} s; "
        f"{failures} failures, {faults} answers of 5xx."
    )
    print(("Keeps the contract.", "Does NOT keep the contract.", "Could not tell.")[outcome.verdict])


if __name__ == "__main__":
    sys.exit(main())
