"""Many requests at one moment: all but the last byte of each is there before the last bytes are sent."""

import json
from collections.abc import Sequence
from contextlib import ExitStack

from tests.installation import Installation
from tests.server.probe import Answer, Wire


def request(path: str, key: str, body: object, **headers: str) -> bytes:
    """A POST as it goes over the wire; an underscore in a header's name is a hyphen."""
    written = json.dumps(body).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {key}",
        "Content-Type: application/json",
        f"Content-Length: {len(written)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + written


def at_once(installations: Sequence[Installation], requests: Sequence[bytes]) -> list[Answer]:
    """Send them together, in turns to each installation, and answer with what came back, in their order."""
    with ExitStack() as stack:
        ports = [installations[number % len(installations)].port for number in range(len(requests))]
        wires = [stack.enter_context(Wire(port)) for port in ports]
        for wire, whole in zip(wires, requests, strict=True):
            wire.send(whole[:-1])
        for wire, whole in zip(wires, requests, strict=True):
            wire.send(whole[-1:])
        return [wire.answer() for wire in wires]
