"""Each proof is one command; with small figures it runs in seconds. What the full figures show is in docs/."""

import re
import subprocess
import sys

import pytest

from tests.installation import ROOT

SMALL = {
    "crash": "--database sqlite --certificates 70 --kills 2 --clients 16 --in-flight 12 --workers 1",
    "outage": "--mode stop --seconds 1 --before 0.5 --after 1 --clients 16 --workers 1",
    "codes": "--database postgres --certificates 300 --course 60 --clients 8",
    "crash_events": "--certificates 70 --kills 2 --clients 16 --in-flight 12",
    "worker_crash": "--certificates 60 --kills 2",
    "four_workers": "--certificates 60 --look-on 1 --least-share 0",
    "bad_receivers": "--certificates 20 --seconds 4 --at-least 17 --away 3 --retries 2s,2s,4s,4s,4s",
    "falling_due": "--certificates 60 --seconds 2 --look-on 1",
    "mail_outage": "--certificates 20 --seconds 3 --look-on 1",
    "million": "--rows 1000 --small 300 --rounds 2 --at-most 100 --expired 10 --no-http",
}


@pytest.mark.parametrize("name", SMALL)
def test_the_proof_passes(name: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", "--seed", "7", *SMALL[name].split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]
    assert re.search(r"PASSED; seed 7, \d+ s\n$", run.stdout)


@pytest.mark.parametrize("name", SMALL)
def test_the_proof_explains_itself(name: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert f"python -m bench.{name}" in run.stdout
    assert "--seed" in run.stdout
