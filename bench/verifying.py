"""Clients that verify all the time, in a process of their own: what a proof does beside them delays none of their checks."""

import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from subprocess import PIPE, Popen
from typing import NamedTuple

from bench.connection import Connection
from bench.installed import VERIFY

OK = 200


class Check(NamedTuple):
    """When it began (monotonic clock), how many seconds it took, what was asked, and the status of the answer."""

    began: float
    seconds: float
    path: str
    status: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Who verifies what, where, and how long each client waits between two checks."""

    port: int
    clients: int
    pause: float
    seed: int
    codes: Sequence[str]


class Verifying:
    """The process; `ended` ends it and tells all of its checks."""

    def __init__(self, plan: Plan) -> None:
        self._process = Popen([sys.executable, "-m", "bench.verifying"], stdin=PIPE, stdout=PIPE, text=True)
        told = [plan.port, plan.clients, plan.pause, plan.seed, list(plan.codes)]
        if self._process.stdin is not None:
            self._process.stdin.write(json.dumps(told) + "\n")
            self._process.stdin.flush()

    def ended(self) -> list[Check]:
        """Every check in the order in which it ended."""
        told, _ = self._process.communicate()
        return [Check(*check) for check in json.loads(told)]


async def _verify(plan: Plan, number: int, checks: list[Check]) -> None:
    chance, connection = random.Random(plan.seed + number), Connection(plan.port)  # noqa: S311  # repeatable, no secrets
    while True:
        code = chance.choice(plan.codes)
        path = chance.choice((f"/v/{code}", f"{VERIFY}/{code}"))
        began = time.monotonic()
        reply = await connection.get(path)
        checks.append(Check(began, reply.seconds, path, reply.status))
        await asyncio.sleep(plan.pause)


async def _until_told(plan: Plan) -> list[Check]:
    checks: list[Check] = []
    clients = [asyncio.create_task(_verify(plan, number, checks)) for number in range(plan.clients)]
    await asyncio.to_thread(sys.stdin.read)  # until whoever began it has heard enough, or is gone
    for client in clients:
        if client.done():
            client.result()  # whatever it died of
        client.cancel()
    return checks


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_until_told(Plan(*json.loads(sys.stdin.readline()))))))
