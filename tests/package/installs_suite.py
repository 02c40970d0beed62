"""`pip install ./conformance` into an empty environment, without the server, judges a server by its address alone.

`python -m tests.package.installs_suite FOLDER` shows it. The server runs in the environment of this script, the suite in one
made in FOLDER, far from the clone. Its dependencies are held to the versions of requirements/test.txt.
"""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

from tests.installation import UNLIMITED, Installation
from tests.package.installs import ROOT, build, pip, versions

SUITE = ROOT / "conformance"
NOT_PACKED = {"pyproject.toml", "README.md", "LICENSE"}
AREAS = ("authentication", "cors", "verification", "states")
FEWEST_CLAUSES, LONGEST_SECONDS = 120, 120


def main(folder: Path) -> None:
    """Build, look inside, install, and judge."""
    wheel = build(folder / "suite-wheel", SUITE)
    check_contents(wheel)
    environment = folder / "suite"
    venv.create(environment, with_pip=True, clear=True)
    python = environment / "bin" / "python"
    pip(python, "install", "--constraint", str(versions(folder, "test.txt")), str(wheel))
    elsewhere = folder / "far-away"
    elsewhere.mkdir(exist_ok=True)
    check_alone(python, elsewhere)
    judge(environment / "bin" / "truecerta-conformance", folder / "served", elsewhere)
    print(f"{wheel.name} installs and judges.")


def check_contents(wheel: Path) -> None:
    """All of the suite is in it, under the one name, and nothing else."""
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}
        licence = [packed.read(name) for name in packed.namelist() if name.endswith("/LICENSE")]
        contract = packed.read("truecerta_conformance/openapi.yaml")
    authored = {
        f"truecerta_conformance/{file.relative_to(SUITE).as_posix()}"
        for file in SUITE.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.relative_to(SUITE).as_posix() not in NOT_PACKED
    }
    assert names == authored, names ^ authored
    assert licence == [(ROOT / "LICENSE").read_bytes()]
    assert contract == (ROOT / "openapi.yaml").read_bytes()


def check_alone(python: Path, elsewhere: Path) -> None:
    """Neither the server nor its framework is there, and what needs no server works."""
    for package in ("server", "conformance", "connexion", "tortoise"):
        missing = run([str(python), "-c", f"import {package}"], elsewhere)
        assert "ModuleNotFoundError" in missing.stderr, package
    by_name = run([str(python.parent / "truecerta-conformance"), "--version"], elsewhere)
    assert run([str(python), "-m", "truecerta_conformance", "--version"], elsewhere).stdout == by_name.stdout
    listed = run([str(python.parent / "truecerta-conformance"), "--list"], elsewhere)
    assert len(listed.stdout.splitlines()) >= FEWEST_CLAUSES, listed


def judge(program: Path, served: Path, elsewhere: Path) -> None:
    """A few areas, over HTTP, to a verdict; and a closed port."""
    served.mkdir(exist_ok=True)
    installation = Installation(served, f"sqlite:///{served / 'truecerta.sqlite3'}", dict(UNLIMITED))
    keys = [installation.organization(name)["api_key"] for name in ("Example Academy", "Another Academy")]
    given = ["--url", installation.url, "--key", keys[0], "--other-key", keys[1], "--write", "--out", "reports"]
    installation.start()
    try:
        ended = run([str(program), *given, *(f"--only={area}" for area in AREAS)], elsewhere)
    finally:
        installation.stop()
    print(ended.stdout)
    assert ended.returncode == 0, ended
    counts = json.loads((elsewhere / "reports" / "results.json").read_text())["counts"]
    assert counts["pass"] > counts["skip"] + counts["fail"] + counts["error"] + counts["warning"], counts
    gone = run([str(program), *given], elsewhere)
    assert gone.returncode == 2, gone
    assert gone.stdout.splitlines()[-1].startswith("Could not tell: ")


def run(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """As somebody does who has never seen the clone."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TRUECERTA_"))}
    return subprocess.run(
        command, cwd=folder, env=inherited, check=False, capture_output=True, text=True, timeout=LONGEST_SECONDS
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
