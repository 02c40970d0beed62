"""Schemathesis against the service as one starts it: `python -m tests.conformance.smoke`.

An installation of its own with an empty database, no limits and one academy; then the suite, which knows only its
address and a key. The defaults are CI's smoke; the full proof is `--examples 50 --seed 1 --seed 2 --seed 3`, on either
database. Badges of a claimed and of a revoked certificate are there too, set up in the database, and the token of a mail.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from rules import claims
from services.keyring import Keyring
from tests import postgres
from tests.academies import Academy
from tests.databases import Database
from tests.installation import ROOT, SECRET, Installation


def main() -> int:
    """Every seed against a fresh installation; the worst verdict is the answer."""
    parser = argparse.ArgumentParser(prog="tests.conformance.smoke", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--examples", type=int, default=5, help="cases per operation in each random phase (5)")
    parser.add_argument("--seed", type=int, action="append", help="may be given more than once (1)")
    parser.add_argument("--out", type=Path, help="a folder that keeps each run's reports")
    asked = parser.parse_args()
    verdicts = []
    for seed in asked.seed or [1]:
        begun = time.monotonic()
        with serving(asked.database) as installation:
            reports = [] if asked.out is None else [f"--out={asked.out.resolve() / f'seed-{seed}'}"]
            verdicts.append(judged(installation, f"--examples={asked.examples}", f"--seed={seed}", *reports))
        seconds = time.monotonic() - begun
        print(f"{asked.database}, seed {seed}: exit status {verdicts[-1]} after {seconds:.0f} s.\n", flush=True)
    return max(verdicts)


@contextmanager
def serving(kind: str) -> Iterator[Installation]:
    """The service on an empty database of a kind, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder, database(kind, Path(folder)) as url:
        installation = Installation(Path(folder), url)
        installation.start()
        try:
            yield installation
        finally:
            installation.stop()


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'truecerta.sqlite3'}"
        return
    with postgres.server_url() as server, postgres.fresh_database(server) as url:
        yield url


def judged(installation: Installation, *options: str) -> int:
    """The suite's verdict on an installation: 0 it keeps the contract, 1 it does not, 2 could not tell."""
    with installation.client() as web:
        made = installation.organization()
        academy = Academy(UUID(made["organization_id"]), made["api_key"], web, Database(str(installation.database_url)))
        codes = [academy.issue()["code"] for _ in range(2)]
        for code in codes:
            academy.alter(code, claimed_at=datetime.now(UTC))
        academy.revoke(codes[1], reason="Issued in error")
        unclaimed = academy.issue()
    given = [*(f"--claimed-code={code}" for code in codes), f"--claim-token={mailed(unclaimed)}"]
    program = [sys.executable, "-m", "conformance.contract", f"--url={installation.url}", f"--key={academy.key}"]
    return subprocess.run([*program, *given, *options], cwd=ROOT, check=False).returncode


def mailed(certificate: dict[str, Any]) -> str:
    """A token as it is mailed to the holder."""
    key = Keyring(SECRET).claim_keys[0]
    return claims.token(key, UUID(certificate["id"]), certificate["holder_email"], datetime.now(UTC))


if __name__ == "__main__":
    sys.exit(main())
