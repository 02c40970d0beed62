"""How fast the service is beside others: the bare engine, frameworks, and an answer that never changes."""

import argparse
import shlex
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from bench.proof import Proof, command
from bench.speed_engines import ENGINES, NotStartedError
from bench.speed_footprint import footprint
from bench.speed_ground import Ground, prepared
from bench.speed_machine import Cores, described, shared_again, shared_out, versions, wrk_version
from bench.speed_operations import CONNECTIONS, OPERATIONS
from bench.speed_python import AnswerError
from bench.speed_report import Setting, page, text, verdict
from bench.speed_results import Measured, disturbed, promises
from bench.speed_rounds import Plan, Rounds
from tests.installation import ROOT

DESCRIPTION = """\
How fast the service is beside others. Starts PostgreSQL and Valkey, fills a database, gives each engine a copy of it,
and measures them by turns: requests/s, p50, p99, time of processors per request, and the ratio to the bare engine.
"""
EPILOG = f"""\
The server under test has one core; PostgreSQL and the load generator have the others. TrueCerta is served as shipped:
limits (too high to be reached), JSON log, request ids, outbox, and on the same core the worker that it starts beside
itself. Each engine has a database of its own, at most 16 connections to it, and {CONNECTIONS} clients. In a round each
operation is measured with each engine in turn, after a warm-up; ratios are made within a round. "verify" and "assertion"
walk through all codes in an order by lot, so that no cache of answers helps. An unexpected status ends the run.

wrk (Debian: apt install wrk) gives good figures; without it a slower generator of our own stands in, and the results say
so. FastAPI, Litestar and the plot need the packages of requirements/bench.txt; this has them:
  ./dev test -e speed -- --write

The exit code is 0 when it could measure, whatever it found, and 2 when it could not; with --judge it is 1 when a promise
is not kept.
"""
RESULTS = Path(__file__).parent / "RESULTS.md"
PLOT = RESULTS.with_suffix(".svg")
PEERS_NEED = ("fastapi", "litestar")
"""Engines that are packages of the same name, which the tests' environment does not have."""
IN_SHORT = ("ours", "bare", "constant")
LONGER = {
    "growth": "bench.million",
    "two-workers": "bench.two_workers",
    "staleness": "bench.staleness",
}


class CannotMeasureError(Exception):
    """Why it can't be measured here, with what to do about it."""


def main() -> int:
    """Measure, and tell; the exit code says whether that was possible."""
    options = _options()
    try:
        return _measure(options)
    except (CannotMeasureError, NotStartedError, AnswerError) as why:
        print(f"python -m bench.speed: {why}", file=sys.stderr)
        return 2


def _options() -> argparse.Namespace:
    parser = command("speed", DESCRIPTION)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG
    engines, operations = [one.name for one in ENGINES], [one.name for one in OPERATIONS]
    parser.add_argument("--short", action="store_true", help="seconds only: whether everything answers; judges nothing")
    parser.add_argument("--rounds", type=int, help="how many (5; short: 2)")
    parser.add_argument("--seconds", type=float, help="of each measured stretch (3; short: 0.2)")
    parser.add_argument("--warm-up", type=float, help="seconds before each of them (0.5; short: 0.1)")
    parser.add_argument("--certificates", type=int, help="how many the academy has (100,000; short: 2,000)")
    parser.add_argument("--engines", type=_list, help=f"of {','.join(engines)} (all; short: {','.join(IN_SHORT)})")
    parser.add_argument("--operations", type=_list, default=operations, help=f"of {','.join(operations)} (all)")
    parser.add_argument("--generator", choices=("wrk", "python"), help="of load (wrk, if it is there; short: python)")
    parser.add_argument("--also", type=_list, default=[], help=f"longer ones, afterwards: of {','.join(LONGER)} (none)")
    parser.add_argument("--write", action="store_true", help=f"write bench/{RESULTS.name} and bench/{PLOT.name} anew")
    parser.add_argument("--judge", action="store_true", help="fail when a promise is not kept")
    options = parser.parse_args()
    if options.short and (options.write or options.judge):
        parser.error("--short measures too little to be written down or judged")
    usual = (2, 0.2, 0.1, 2000, list(IN_SHORT)) if options.short else (5, 3.0, 0.5, 100_000, engines)
    for name, value in zip(("rounds", "seconds", "warm_up", "certificates", "engines"), usual, strict=True):
        if getattr(options, name) is None:
            setattr(options, name, value)
    for name, known in (("engines", engines), ("operations", operations), ("also", [*LONGER])):
        if unknown := [one for one in getattr(options, name) if one not in known]:
            parser.error(f"--{name}: {', '.join(unknown)} is none of {', '.join(known)}")
    return options


def _list(value: str) -> list[str]:
    return value.split(",")


def _generator(options: argparse.Namespace, proof: Proof) -> str | None:
    """The version of wrk, where it is what generates the load."""
    found = None if options.generator == "python" or (options.short and not options.generator) else wrk_version()
    if found:
        options.seconds = max(1.0, round(options.seconds))  # wrk knows whole seconds only
    elif options.generator == "wrk":
        raise CannotMeasureError("wrk is not installed. On Debian and Ubuntu: apt install wrk; or --generator python.")
    elif not options.short and not options.generator:
        proof.say(
            "wrk is not installed (Debian: apt install wrk): a slower generator stands in, and bounds the figures"
        )
    return found


def _check_packages(options: argparse.Namespace) -> None:
    needed = {*options.engines} & {*PEERS_NEED} | ({"matplotlib"} if options.write else set())
    if missing := sorted(name for name in needed if find_spec(name) is None):
        raise CannotMeasureError(
            f"{', '.join(missing)}: not installed. `./dev test -e speed` has all of requirements/bench.txt;"
            f" without it: --engines {','.join(one.name for one in ENGINES if one.name not in PEERS_NEED)}"
        )


def _measure(options: argparse.Namespace) -> int:
    _check_packages(options)
    proof = Proof("how fast it is", options.seed)
    wrk = _generator(options, proof)
    cores = shared_out()
    proof.say(str(cores))
    engines = [one for one in ENGINES if one.name in options.engines]
    with (
        tempfile.TemporaryDirectory(prefix="tc-speed-") as folder,
        prepared(engines, options.certificates, cores, proof, Path(folder)) as ground,
    ):
        other_cores = len(cores.others) or 1
        plan = Plan(options.rounds, options.seconds, options.warm_up, options.operations, wrk is not None, other_cores)
        measured = Rounds(plan, ground, Path(folder), proof).run()
        facts = _facts(options, wrk, cores, ground)
        taken = footprint(ground, Path(folder), options.seconds, proof, short=options.short)
    print(text(measured), end="\n\n", flush=True)
    if noise := disturbed(measured):
        print(noise, end="\n\n", flush=True)
    held = promises(measured)
    for promise in held:
        print(verdict(promise, judged=not options.short), flush=True)
    if options.short:
        print("Everything answered as it should. It was too short to judge by: its ratios mean nothing.", flush=True)
    for what, how_much in taken:
        print(f"{what}: {how_much}", flush=True)
    shared_again(cores)
    proofs = {f"python -m {LONGER[name]}": _printed(LONGER[name], proof) for name in options.also}
    if options.write:
        _write(measured, Setting(facts, taken, proofs), proof)
    proof.say("measured")
    return 1 if options.judge and not all(promise.kept for promise in held) else 0


def _facts(options: argparse.Namespace, wrk: str | None, cores: Cores, ground: Ground) -> dict[str, str]:
    generator = wrk or "one of our own, in Python: slower than wrk, so that fast engines look alike"
    return {
        "Command": shlex.join(["python", "-m", "bench.speed", *sys.argv[1:]]),
        "Date": f"{datetime.now(UTC):%d %B %Y}",
        **described(),
        "Cores": str(cores),
        "PostgreSQL": ground.facts,
        "Load generator": f"{generator}; {CONNECTIONS} connections",
        "Rounds": f"{options.rounds} of {options.seconds:g} s each, after {options.warm_up:g} s of warm-up",
        "Certificates": f"{options.certificates:,}, in a database of its own for each engine",
        "Packages": versions(with_peers=not {*PEERS_NEED}.isdisjoint(options.engines)),
    }


def _printed(module: str, proof: Proof) -> str:
    """What a longer measurement says in the end, promises that it did not keep among it."""
    proof.say(f"python -m {module}")
    run = subprocess.run(
        [sys.executable, "-m", *module.split()], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    _, found, summary = run.stdout.partition("\nSummary\n")
    if not found:
        raise CannotMeasureError(f"python -m {module} ended with {run.returncode} and no summary: {run.stdout[-1000:]}")
    print(summary, flush=True)
    return summary


def _write(measured: Measured, setting: Setting, proof: Proof) -> None:
    from bench.speed_plot import draw  # noqa: PLC0415  # matplotlib is not in the environment of the tests

    draw(measured, PLOT)
    RESULTS.write_text(page(measured, setting), encoding="utf-8")
    proof.say(f"written: {RESULTS.relative_to(ROOT)}, {PLOT.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())
