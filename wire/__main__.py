"""Whoever changes a schema of the contract runs `python -m wire`; CI runs `python -m wire --check`.

The conformance suite is packed and installed without us, so it carries a copy of the contract, which is written here too.
"""

import argparse
import sys
from pathlib import Path

import yaml

from wire.kinds import UnwritableSchemaError
from wire.module import module

HERE = Path(__file__).parent
CONTRACT = HERE.parent / "openapi.yaml"
GENERATED = HERE / "schemas.py"
COPY = HERE.parent / "conformance" / "openapi.yaml"


def main(argv: list[str] | None = None) -> int:
    """The generated files are what the contract says, or the exit status says that they are not."""
    parser = argparse.ArgumentParser(prog="python -m wire", description="Write what is made from openapi.yaml.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is stale")
    parser.add_argument("--contract", type=Path, default=CONTRACT, help="another contract than openapi.yaml")
    parser.add_argument("--to", type=Path, default=GENERATED, help="another file than wire/schemas.py")
    parser.add_argument("--copy-to", type=Path, default=COPY, help="another file than conformance/openapi.yaml")
    asked = parser.parse_args(argv)
    try:
        contract = asked.contract.read_text(encoding="utf-8")
        wanted = {asked.to: module(yaml.safe_load(contract)), asked.copy_to: contract}
    except UnwritableSchemaError as why:
        print(f"{asked.contract.name}: {why}", file=sys.stderr)
        return 1
    return max((check if asked.check else write)(file, text) for file, text in wanted.items())


def check(file: Path, wanted: str) -> int:
    """A stale file is a failure, told with the command that mends it."""
    if file.exists() and file.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{file.parent.name}/{file.name} is not what the contract says. Refresh it with ./dev wire.", file=sys.stderr)
    return 1


def write(file: Path, wanted: str) -> int:
    """The file is replaced only where something changed, so that its date tells when the contract did."""
    if not file.exists() or file.read_text(encoding="utf-8") != wanted:
        file.write_text(wanted, encoding="utf-8")
        print(f"Wrote {file.parent.name}/{file.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
