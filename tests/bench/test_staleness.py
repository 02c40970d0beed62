"""The proof that nobody is told of a revoked certificate as valid for long runs, and tells a lag where there is one."""

import re
import subprocess
import sys

import pytest

from bench.staleness import Seen, lag
from tests.installation import ROOT

SHORT = "--seed 7 --rounds 1 --clients 2 --before 0.5 --after 1.1"


def run(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bench.staleness", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_a_short_run_passes() -> None:
    ended = run(*SHORT.split())
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-4000:]
    assert re.search(r"PASSED; seed 7, \d+ s\n$", ended.stdout)
    assert ended.stdout.count("nobody who asks") == 4


def test_it_explains_itself() -> None:
    ended = run("--help")
    assert ended.returncode == 0
    assert "python -m bench.staleness" in ended.stdout


def test_the_last_who_asked_and_was_told_that_it_is_valid_counts() -> None:
    seen = [Seen(1.0, valid=True), Seen(3.5, valid=True), Seen(2.5, valid=True), Seen(4.0, valid=False)]
    assert lag(seen, acknowledged=2.0) == pytest.approx(1.5)
    assert lag(seen[:1], acknowledged=2.0) == pytest.approx(-1.0)
