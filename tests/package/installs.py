"""`pip install .` into an empty environment gives a working `truecerta` in any folder.

`python tests/package/installs.py FOLDER` shows it, in a folder of its own. The dependencies are held to the
versions of requirements/serve.txt, so that tomorrow's releases can't break today's code.
"""

import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKED = {"wire", "rules", "models", "outgoing", "printing", "services", "handlers", "pages", "worker", "server"}


def main(folder: Path) -> None:
    """Build, look inside, install, and use it far from the clone."""
    wheel = build(folder / "wheel")
    check_contents(wheel)
    environment = folder / "environment"
    venv.create(environment, with_pip=True, clear=True)
    pip(environment / "bin" / "python", "install", "--constraint", str(versions(folder)), str(wheel))
    use(environment / "bin" / "truecerta", folder / "elsewhere")
    print(f"{wheel.name} installs and works.")


def build(folder: Path, project: Path = ROOT) -> Path:
    """The wheel that `pip install` of a project's folder would make."""
    for old in folder.glob("*.whl"):
        old.unlink()
    pip(Path(sys.executable), "wheel", "--no-deps", "--wheel-dir", str(folder), str(project))
    (wheel,) = folder.glob("*.whl")
    return wheel


def check_contents(wheel: Path) -> None:
    """The service and its contract are in it; tests, proofs and the conformance suite are not."""
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        contract = packed.read("server/openapi.yaml")
    folders = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert folders == PACKED, folders
    assert contract == (ROOT / "openapi.yaml").read_bytes()
    authored = {
        file.relative_to(ROOT).as_posix()
        for package in PACKED
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert authored <= set(names), authored - set(names)


def versions(folder: Path, lock: str = "serve.txt") -> Path:
    """A lock as bounds: pip takes no hashes beside a wheel that has none."""
    pins = re.findall(r"^[a-z0-9.-]+==[^\\\n]+", (ROOT / "requirements" / lock).read_text(), flags=re.MULTILINE)
    file = folder / "versions.txt"
    file.write_text("\n".join(pins) + "\n")
    return file


def use(truecerta: Path, folder: Path) -> None:
    """The command answers, and makes a database: so contract, settings and migrations were found."""
    folder.mkdir(exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TRUECERTA_"))}
    environment = {**inherited, "TRUECERTA_DATA_DIR": str(folder)}
    for arguments in (["--help"], ["settings"], ["migrate"], ["org", "list"]):
        subprocess.run([truecerta, *arguments], cwd=folder, env=environment, check=True, timeout=60)
    assert list(folder.glob("*.sqlite3"))


def pip(python: Path, *arguments: str) -> None:
    """Quiet unless it fails."""
    subprocess.run([python, "-I", "-m", "pip", "-q", "--disable-pip-version-check", *arguments], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
