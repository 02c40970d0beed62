"""Whether clients written for a released contract can go on with this one: `python -m tests.contract.compatible`.

Without arguments openapi.yaml is held against every contract in docs/contract/ that has its major version; with arguments,
the first document against the others, whatever their versions.
"""

import sys
from pathlib import Path

import yaml

from tests.contract.breaking import breaks
from tests.contract.reading import Schema

ROOT = Path(__file__).parent.parent.parent
CONTRACT = ROOT / "openapi.yaml"
RELEASED = ROOT / "docs" / "contract"
ADVICE = """\
Programs written for {released} would stop working. Undo it; or let the new stand beside the old (an optional member, another
operation); or, where neither will do, give openapi.yaml the version {major}.0.0 and tell of it in CHANGELOG.md.
docs/contract/README.md says more."""


def main(arguments: list[str]) -> int:
    """0 where nothing breaks, 1 with everything that does."""
    new, *others = [Path(argument) for argument in arguments] or [CONTRACT, *released(read(CONTRACT))]
    broken = 0
    for path in others:
        if told := report(path, read(path), read(new)):
            broken += 1
            print(told, end="\n\n")
    print(f"{new.name}: {broken} of {len(others)} released contracts broken.")
    return 1 if broken else 0


def read(path: Path) -> Schema:
    """A contract."""
    document: Schema = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def major(document: Schema) -> int:
    """The number that changes when clients have to."""
    return int(document["info"]["version"].split(".")[0])


def released(document: Schema) -> list[Path]:
    """The released contracts that a contract must not break: those with its major version."""
    return [path for path in sorted(RELEASED.glob("*.yaml")) if path.name.startswith(f"{major(document)}.")]


def report(path: Path, old: Schema, new: Schema) -> str:
    """What breaks, where, and what to do about it; nothing where nothing does."""
    found = breaks(old, new)
    if not found:
        return ""
    head = f"openapi.yaml, {new['info']['version']} breaks {path.name}:"
    return "\n".join([head, *(f"- {each}" for each in found), ADVICE.format(released=path.stem, major=major(old) + 1)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
