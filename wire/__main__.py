"""Whoever changes a schema of the contract runs `python -m wire`; CI runs `python -m wire --check`."""

import argparse
import sys
from pathlib import Path

import yaml

from wire.kinds import UnwritableSchemaError
from wire.module import module

HERE = Path(__file__).parent
CONTRACT = HERE.parent / "openapi.yaml"
GENERATED = HERE / "schemas.py"


def main(argv: list[str] | None = None) -> int:
    """The generated file is what the contract says, or the exit status says that it is not."""
    parser = argparse.ArgumentParser(prog="python -m wire", description="Write wire/schemas.py from openapi.yaml.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the file is stale")
    parser.add_argument("--contract", type=Path, default=CONTRACT, help="another contract than openapi.yaml")
    parser.add_argument("--to", type=Path, default=GENERATED, help="another file than wire/schemas.py")
    asked = parser.parse_args(argv)
    try:
        wanted = module(yaml.safe_load(asked.contract.read_text(encoding="utf-8")))
    except UnwritableSchemaError as why:
        print(f"{asked.contract.name}: {why}", file=sys.stderr)
        return 1
    return check(asked.to, wanted) if asked.check else write(asked.to, wanted)


def check(file: Path, wanted: str) -> int:
    """A stale file is a failure, told with the command that mends it."""
    if file.exists() and file.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{file.name} is not what the contract says. Refresh it with ./dev wire.", file=sys.stderr)
    return 1


def write(file: Path, wanted: str) -> int:
    """The file is replaced only where something changed, so that its date tells when the contract did."""
    if not file.exists() or file.read_text(encoding="utf-8") != wanted:
        file.write_text(wanted, encoding="utf-8")
        print(f"Wrote {file.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
