"""Codes and ids that no server knows, and requests of the contract's operations about them or about others."""

import secrets
import uuid
from typing import Any

from .contract import Contract, Operation

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""What the end of a code is made of: nothing that looks like something else (rulings, Codes)."""


def unknown_code() -> str:
    """A code that could be one, and that nobody has: one in half a billion."""
    return f"TRC-ZZZ-26-{''.join(secrets.choice(ALPHABET) for _ in range(6))}"


def unknown_id() -> str:
    """The id of nothing."""
    return str(uuid.uuid4())


def path_of(operation: Operation, **known: str) -> str:
    """An operation's address, with what is known for its parameters, and for the rest what nobody knows."""
    path = operation.path
    for parameter in operation.parameters:
        if parameter["in"] == "path":
            name = str(parameter["name"])
            nobody = unknown_code() if name == "code" else unknown_id()
            path = path.replace(f"{{{name}}}", known.get(name, nobody))
    return path


def example_body(contract: Contract, operation: Operation) -> dict[str, Any]:
    """What is sent along, as httpx takes it: the contract's first example of the operation's body, if it takes one."""
    body = operation.described.get("requestBody")
    if body is None:
        return {}
    examples = body["content"]["application/json"]["examples"]
    return {"json": contract.resolved(next(iter(examples.values())))["value"]}
