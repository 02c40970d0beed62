"""The suite against the service as one starts it: `python -m tests.conformance.smoke`.

Two installations with an empty database and two academies each. On the first, without limits, the suite takes the mails by
a sink of its own and may leave nothing untried; on the second, as it comes out of the box, it tries the documented limits
and that no event goes to a private address. Both runs go at the same time, since the second mostly waits. They know an
address and two keys. The defaults are CI's; the full proof is `--examples 50 --seed 1 --seed 2 --seed 3`, on either one.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import postgres
from tests.installation import ROOT, UNLIMITED, Installation, free_port

APART = ("limits", "webhooks/public-only")
"""What can be tried only where limits are on and private addresses refused."""
OPEN = {**UNLIMITED, "TRUECERTA_ALLOW_PRIVATE_WEBHOOKS": "true"}


@dataclass(frozen=True)
class Ended:
    """A run of the suite that is over."""

    name: str
    exit_status: int
    seconds: float
    output: str
    results: dict[str, Any]

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {status}" for status, count in self.results.get("counts", {}).items() if count)
        return f"{self.name}: exit status {self.exit_status} after {self.seconds:.0f} s; {counts or 'no results'}"


def main() -> int:
    """Every seed against a fresh installation, and once what stands apart; the worst verdict is the answer."""
    parser = argparse.ArgumentParser(prog="tests.conformance.smoke", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--examples", type=int, default=5, help="random requests for each operation and phase (5)")
    parser.add_argument("--seed", type=int, action="append", help="may be given more than once (1)")
    parser.add_argument("--out", type=Path, help="a folder that keeps each run's reports and the service's log")
    asked = parser.parse_args()
    with ExitStack() as endings:
        out = asked.out or Path(endings.enter_context(tempfile.TemporaryDirectory(prefix="conformance-")))
        server = endings.enter_context(postgres.server_url()) if asked.database == "postgres" else None
        pool = endings.enter_context(ThreadPoolExecutor(1))
        apart = pool.submit(limited, server, out / "apart")
        ended = [unlimited(server, out / f"seed-{seed}", seed, asked.examples) for seed in asked.seed or [1]]
        ended.append(apart.result())
    print(f"\n{ended[-1].output}")
    print(f"\n{asked.database}, {asked.examples} examples:", *ended, sep="\n  ", flush=True)
    return max(each.exit_status for each in ended)


def unlimited(server: str | None, out: Path, seed: int, examples: int) -> Ended:
    """Everything but what stands apart, told as it goes."""
    port = free_port()
    left_out = [f"--without={name}" for name in APART]
    drawn = [f"--smtp-port={port}", f"--seed={seed}", f"--examples={examples}"]
    settings = {**OPEN, "TRUECERTA_SMTP_URL": f"smtp://127.0.0.1:{port}"}
    with serving(server, out, settings) as installation:
        return judged(f"seed {seed}", installation, out, [*left_out, *drawn], is_told=True)


def limited(server: str | None, out: Path) -> Ended:
    """What stands apart."""
    with serving(server, out, {}) as installation:
        return judged("limits", installation, out, [f"--only={name}" for name in APART], is_told=False)


@contextmanager
def serving(server: str | None, out: Path, settings: dict[str, str]) -> Iterator[Installation]:
    """The service on an empty database, gone afterwards; its log is kept beside the reports."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder, database(server, Path(folder)) as url:
        installation = Installation(Path(folder), url, settings)
        installation.start()
        try:
            yield installation
        finally:
            installation.stop()
            out.mkdir(parents=True, exist_ok=True)
            shutil.copy(installation.log, out)


@contextmanager
def database(server: str | None, folder: Path) -> Iterator[str]:
    """The address of an empty database: a file, where there is no server."""
    if server is None:
        yield f"sqlite:///{folder / 'truecerta.sqlite3'}"
        return
    with postgres.fresh_database(server) as url:
        yield url


def judged(name: str, installation: Installation, out: Path, options: Sequence[str], *, is_told: bool) -> Ended:
    """The suite's verdict on an installation, strictly: whatever cannot be tried is a failure of this smoke."""
    keys = [installation.organization(academy)["api_key"] for academy in ("Example Academy", "Another Academy")]
    given = dict(zip(("TRUECERTA_KEY", "TRUECERTA_OTHER_KEY"), keys, strict=True))
    program = [sys.executable, "-m", "conformance", "--url", installation.url, "--write", "--strict", f"--out={out}"]
    begun = time.monotonic()
    ended = subprocess.run(
        [*program, *options],
        cwd=ROOT,
        env={**os.environ, **given},
        check=False,
        stdout=None if is_told else subprocess.PIPE,
        stderr=None if is_told else subprocess.STDOUT,
        text=True,
    )
    results = out / "results.json"
    found = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
    return Ended(name, ended.returncode, time.monotonic() - begun, ended.stdout or "", found)


if __name__ == "__main__":
    sys.exit(main())
