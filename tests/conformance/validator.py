"""The official validator of Open Badges, as tests ask it: in an environment of its own, made once for each lock."""

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
LOCK = ROOT / "requirements" / "open-badges-validator.txt"
PROGRAM = ROOT / "conformance" / "official_validator.py"
PLACE = ROOT / ".dev"


@dataclass(frozen=True)
class Verdict:
    """What the validator says of a badge."""

    valid: bool
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    revoked: str | None
    kinds: frozenset[str]

    @property
    def spotless(self) -> bool:
        """Valid, with nothing to complain of, and the whole chain read."""
        chain = {"Assertion", "BadgeClass", "Profile"}
        return self.valid and not self.errors and not self.warnings and self.kinds >= chain


@cache
def environment() -> Path:
    """The Python of an environment that holds exactly what the lock says."""
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    place = PLACE / f"validator-{wanted}"
    python, complete = place / "bin" / "python", place / "complete"
    PLACE.mkdir(exist_ok=True)
    with (PLACE / "validator-making").open("w") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        if not complete.exists():
            for outdated in PLACE.glob("validator-*/"):
                shutil.rmtree(outdated)
            subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
            install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*install, "--no-deps", "--require-hashes", "-r", str(LOCK)], check=True)
            complete.touch()
    return python


def judge(url: str, recipient: str | None = None) -> Verdict:
    """The official verdict on what is published at an address."""
    whose = [] if recipient is None else ["--recipient", recipient]
    ended = subprocess.run(
        [str(environment()), "-I", str(PROGRAM), url, "--json", *whose],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode in (0, 1), ended.stderr
    report: dict[str, Any] = json.loads(ended.stdout)
    assert report["valid"] is (ended.returncode == 0)
    kinds = frozenset(str(node.get("type")) for node in report["graph"])
    return Verdict(report["valid"], said(report, "ERROR"), said(report, "WARNING"), report["revoked"], kinds)


def said(report: dict[str, Any], level: str) -> tuple[str, ...]:
    """The messages of a level."""
    return tuple(message["result"] for message in report["messages"] if message["messageLevel"] == level)
