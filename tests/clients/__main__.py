"""Clients generated from the contract, type-checked and put to work on the service: `python -m tests.clients`.

Three generators make three clients. With each, a program of ours, written as an integrator would write it, creates a
course, issues five certificates, lists them page by page, revokes one and verifies, against the service as one starts it.
How many calls that took is read from the service's log.

`--short` is the one client that needs nothing beside the tests' own packages and the npm registry, typescript.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import yaml

from tests.clients.recipes import RECIPES, Command, surroundings
from tests.installation import ROOT, UNLIMITED, Installation

LONGEST_COMMAND = 300  # seconds
SHORT = "typescript"
JOB = {"create_course", "issue_certificate", "list_certificates", "revoke_certificate", "verify_certificate"}


class FailedError(Exception):
    """Where a client did not come from the contract to its last call, and why."""


class NotInstalledError(FailedError):
    """What it takes could not be had."""


def main() -> int:
    """0 where each client is whole, has the right types and does the job."""
    parser = argparse.ArgumentParser(prog="tests.clients", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("client", nargs="*", metavar="CLIENT", help=f"of {', '.join(RECIPES)}; without any, all")
    parser.add_argument("--short", action="store_true", help=f"only {SHORT}; without npm's registry, nothing but in CI")
    parser.add_argument("--contract", type=Path, default=ROOT / "openapi.yaml", help="make them from another document")
    asked = parser.parse_args()
    if unknown := set(asked.client) - set(RECIPES):
        parser.error(f"no such client: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="clients-") as folder:
        installation = Installation(Path(folder), environment={**UNLIMITED, "TRUECERTA_LOG_FORMAT": "json"})
        installation.start()
        try:
            chosen = asked.client or ([SHORT] if asked.short else RECIPES)
            lenient = asked.short and "CI" not in os.environ
            verdicts = [verdict(name, asked.contract.resolve(), installation, lenient=lenient) for name in chosen]
        finally:
            installation.stop()
    return 0 if all(verdicts) else 1


def verdict(name: str, contract: Path, installation: Installation, *, lenient: bool) -> bool:
    """Whether a client passed, told in one line; a lenient verdict lets pass what can't be installed."""
    begun = time.monotonic()
    try:
        figures = proof(name, contract, installation)
    except NotInstalledError as failure:
        print(f"{name}: NOT RUN, the npm registry can't be used: {failure}", flush=True)
        return lenient
    except FailedError as failure:
        print(f"{name}: FAILED, {failure}", flush=True)
        return False
    print(f"{name}: {figures}; {time.monotonic() - begun:.1f} s", flush=True)
    return True


def proof(name: str, contract: Path, installation: Installation) -> str:
    """A client from the contract to its last call, in figures."""
    folder = installation.folder / name
    folder.mkdir()
    recipe = RECIPES[name](contract, folder)
    try:
        for command in recipe.install:
            run(command, folder, surroundings(folder))
    except FailedError as failure:
        raise NotInstalledError(str(failure)) from failure
    for command in recipe.make:
        run(command, folder, surroundings(folder))
    files = generated(folder / recipe.made)
    operations = offered(contract, files)
    for command in recipe.judge:
        run(command, folder, surroundings(folder))
    calls = used(recipe.use, folder, installation)
    told = ", ".join(f"{operation} {times}" for operation, times in calls.items())
    return (
        f"{recipe.generator}; made {len(files)} file{'s' * (len(files) != 1)} with {operations} operations,"
        f" 0 type errors; {calls.total()} calls ({told})"
    )


def run(command: Command, folder: Path, environment: dict[str, str]) -> None:
    """Run a command to its end; where it fails, its last words are told."""
    try:
        ended = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST_COMMAND,
        )
    except subprocess.TimeoutExpired as late:
        raise FailedError(f"no end after {LONGEST_COMMAND} s: {' '.join(command)}") from late
    if ended.returncode:
        raise FailedError(f"exit status {ended.returncode} of {' '.join(command)}\n{ended.stdout[-4000:]}")


def generated(made: Path) -> list[Path]:
    """The files of a client."""
    return [made] if made.is_file() else [file for file in made.rglob("*") if file.is_file()]


def offered(contract: Path, files: list[Path]) -> int:
    """How many operations there are; generators leave out what they cannot read, so each is looked for in the client."""
    document = yaml.safe_load(contract.read_text(encoding="utf-8"))
    wanted = [
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
        if "operationId" in operation
    ]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    there = {file.stem for file in files} | set(re.findall(r"^ +(?:def )?(\w+)(?:\(|: \{)$", text, flags=re.MULTILINE))
    if missing := [operation for operation in wanted if operation not in there]:
        raise FailedError(f"the client lacks {', '.join(missing)}")
    return len(wanted)


def used(program: Command, folder: Path, installation: Installation) -> Counter[str]:
    """Run our program for an academy of its own; how often each operation was called, as the service has logged it."""
    key = installation.organization()["api_key"]
    before = len(requests(installation))
    run(program, folder, surroundings(folder) | {"TRUECERTA_URL": installation.url, "TRUECERTA_API_KEY": key})
    installation.wait_until_ready()  # one more request, so that the last of the program's is in the log
    calls = Counter(operation for operation in requests(installation)[before:] if operation)
    if not set(calls) >= JOB:
        raise FailedError(f"the program never called {', '.join(sorted(JOB - set(calls)))}")
    return calls


def requests(installation: Installation) -> list[str]:
    """The operation of each request so far, nothing for a page."""
    lines = (json.loads(line) for line in installation.log.read_text(encoding="utf-8").splitlines() if line[:1] == "{")
    return [line.get("operation", "") for line in lines if line.get("event") == "request"]


if __name__ == "__main__":
    sys.exit(main())
