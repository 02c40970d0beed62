"""The contract: read once, served byte for byte, and bound to the handlers by tag and operationId."""

from copy import deepcopy
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

NAME = "openapi.yaml"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@cache
def source() -> bytes:
    """The authored file: packed beside this module when installed, at the root of a checkout otherwise."""
    packed = files("server").joinpath(NAME)
    if packed.is_file():
        return packed.read_bytes()
    return (Path(__file__).parent.parent / NAME).read_bytes()


@cache
def _document() -> dict[str, Any]:
    document = yaml.load(source(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # both are safe
    if not isinstance(document, dict):
        raise TypeError(f"{NAME} is not an object.")
    return document


def document() -> dict[str, Any]:
    """The contract as an object; the caller's own copy."""
    return deepcopy(_document())


def module_of(tag: str) -> str:
    """The module that handles a tag's operations.

    >>> module_of("Open Badges")
    'handlers.open_badges'
    """
    return "handlers." + tag.lower().replace(" ", "_")


def bound() -> dict[str, Any]:
    """The contract as Connexion is given it: each operation also names its module, which the authored file does not."""
    contract = document()
    for path in contract["paths"].values():
        for method in METHODS:
            if method in path:
                path[method]["x-openapi-router-controller"] = module_of(path[method]["tags"][0])
    return contract
