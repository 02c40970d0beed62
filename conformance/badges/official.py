"""Asks the official validator, which lives in an environment of its own and shares no code with these rules."""

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .differences import Official

PROGRAM = Path(__file__).parent.parent / "official_validator.py"
SECONDS = 120


class NoAnswer(Exception):
    """The official validator said nothing. The sentence says why."""


def ask(python: Path, source: str, recipient: str | None = None, *, is_public_only: bool = False) -> Official:
    """What it says of an address or a file. `python` is the interpreter of the environment that it is installed in."""
    is_here = urlsplit(source).hostname in ("127.0.0.1", "localhost")
    reach = ["--public"] if is_public_only else [] if is_here else ["--online"]
    options = ["--json", *reach, *(["--recipient", recipient] if recipient else [])]
    try:
        ended = subprocess.run(
            [str(python), "-I", str(PROGRAM), *options, "--", source],
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except OSError as error:
        raise NoAnswer(f"{python} cannot be started: {error.strerror}.") from error
    except subprocess.TimeoutExpired:
        raise NoAnswer(f"It did not come to an end within {SECONDS} s.") from None
    try:
        found: dict[str, Any] = json.loads(ended.stdout)
    except json.JSONDecodeError:
        said = ended.stderr.strip().splitlines()
        raise NoAnswer(f"It ended without a verdict: {said[-1] if said else 'it said nothing'}") from None
    return answer(found)


def answer(found: dict[str, Any]) -> Official:
    """Its report, as far as it is compared."""
    said = {
        level: tuple(each["result"] for each in found["messages"] if each["messageLevel"] == level) for level in _LEVELS
    }
    return Official(found["valid"], said["ERROR"], said["WARNING"])


_LEVELS = ("ERROR", "WARNING")
