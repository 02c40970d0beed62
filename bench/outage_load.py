"""Clients that go on asking whatever they are answered, and note every answer."""

import asyncio
import enum
import time
from collections import Counter
from dataclasses import dataclass, field

from bench.connection import Connection, LostError, Reply
from bench.installed import CERTIFICATES, VERIFY, Place, holder
from bench.proof import Proof

CREATED, UNAVAILABLE = 201, 503
PAUSE_SECONDS = 0.05
KINDS = {"issue": 5, "read": 2, "list": 1, "verify": 2}
"""What clients ask for, and how often."""


class Phase(enum.Enum):
    """When a request was sent."""

    BEFORE = "before"
    AWAY = "while away"
    BACK = "after"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and what became of it; `wrong` says what no client should ever see."""

    kind: str
    phase: Phase
    began: float
    seconds: float
    status: int | None
    wrong: str | None

    @property
    def fine(self) -> bool:
        """Whether it was answered as asked."""
        return self.status is not None and self.status // 100 == 2


@dataclass
class Load:
    """All clients together: what they have issued, what they still owe, and each answer they got."""

    place: Place
    course_id: str
    proof: Proof
    phase: Phase = Phase.BEFORE
    enough: bool = False
    begun: int = 0
    issued: dict[int, Reply] = field(default_factory=dict)
    owed: list[int] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)

    def in_flight(self) -> int:
        """How many requests are sent and not answered."""
        return sum(connection.in_flight for connection in self.connections)

    def counts(self, phase: Phase) -> str:
        """Answers of a phase by status."""
        found = Counter(str(a.status or a.wrong) for a in self.asked if a.phase is phase and not a.kind.startswith("/"))
        return ", ".join(f"{count} × {status}" for status, count in sorted(found.items())) or "nothing"

    async def client(self) -> None:
        """Ask for this and that until it is enough; a refusal costs a short pause."""
        connection = self.place.connection()
        self.connections.append(connection)
        while not self.enough:
            (kind,) = self.proof.chance.choices(list(KINDS), list(KINDS.values())) if self.issued else ("issue",)
            reply = await (self._issue(connection) if kind == "issue" else self._look(connection, kind))
            if reply is None or reply.status == UNAVAILABLE:
                await asyncio.sleep(PAUSE_SECONDS)
        connection.close()

    async def probe(self, path: str, pause: float) -> None:
        """Ask for the state of the service now and then until it is enough."""
        connection = Connection(self.place.installation.port)
        while not self.enough:
            await self._ask(path, connection, path)
            await asyncio.sleep(pause)
        connection.close()

    async def settle(self) -> None:
        """Repeat what was never answered with 201 until it is."""
        ends = time.monotonic() + 60
        while self.owed and time.monotonic() < ends:
            at_once = min(len(self.owed), len(self.connections))
            await asyncio.gather(*(self._issue(connection) for connection in self.connections[:at_once]))
        for connection in self.connections:
            connection.close()
        self.proof.hold("every request, repeated with its key, is answered with 201 in the end", *self.owed)

    async def _issue(self, connection: Connection) -> Reply | None:
        repeats = self.enough or self.proof.chance.random() < 0.5
        if self.owed and repeats:
            number = self.owed.pop(self.proof.chance.randrange(len(self.owed)))
        else:
            self.begun = number = self.begun + 1
        reply = await self._ask("issue", connection, CERTIFICATES, number)
        if reply is not None and reply.status == CREATED:
            self.issued[number] = reply
        else:
            self.owed.append(number)
        return reply

    async def _look(self, connection: Connection, kind: str) -> Reply | None:
        if kind == "list":
            return await self._ask(kind, connection, f"{CERTIFICATES}?limit=10")
        some = self.issued[self.proof.chance.choice(list(self.issued))].json["data"]["code"]
        return await self._ask(kind, connection, f"{CERTIFICATES if kind == 'read' else VERIFY}/{some}")

    async def _ask(self, kind: str, connection: Connection, path: str, number: int | None = None) -> Reply | None:
        phase, began = self.phase, time.perf_counter()
        reply, wrong = None, None
        try:
            if number is None:
                reply = await connection.get(path)
            else:
                wanted = holder(number, self.course_id)
                reply = await connection.post(path, wanted, once=f"certificate-{number}")
            wrong = _wrong(reply)
        except LostError as lost:
            wrong = f"no answer: {lost}"
        except TimeoutError:
            wrong = "no answer: hangs"
        status = reply.status if reply else None
        self.asked.append(Asked(kind, phase, began, time.perf_counter() - began, status, wrong))
        return reply


def _wrong(reply: Reply) -> str | None:
    if reply.status // 100 == 2:
        return None
    if reply.status != UNAVAILABLE or reply.headers.get("content-type") != "application/json":
        return f"{reply.status} {reply.body[:300]!r}"
    error = reply.json.get("error", {})
    in_shape = isinstance(error.get("message"), str) and error.get("code") == "unavailable"
    return None if in_shape else f"another shape: {reply.body[:300]!r}"
