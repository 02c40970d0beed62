"""What a fault has to know of the things behind the requests: which certificate is of which course, and so on."""

from collections.abc import Callable, Iterator

from tests.conformance.faults.fault import Rule
from tests.conformance.faults.messages import Ask, Json, Memory, Reply, Request

Change = Callable[[dict[str, Json], Memory], None]
"""Alters a thing as it is about to be shown."""
SHOWING = ("data", "certificate")


def things(value: Json) -> Iterator[dict[str, Json]]:
    """The certificates, courses and so on that an answer shows: `data`, each of its items, or `certificate`."""
    for name in SHOWING:
        shown = value.get(name) if isinstance(value, dict) else None
        yield from (each for each in (shown if isinstance(shown, list) else [shown]) if isinstance(each, dict))


def shown_otherwise(of: str, change: Change) -> Rule:
    """Wherever these operations (all if none is named) show a thing, it is shown altered."""

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        reply = ask(request)
        if of and request.operation not in of.split():
            return reply
        told: Json = reply.json
        shown = list(things(told))
        for each in shown:
            change(each, memory)
        if shown:
            reply.json = told
        return reply

    return rule


def reading(request: Request, path: str) -> Request:
    """A question of the proxy's own, under the key of a request."""
    asked = request.copy()
    asked.method, asked.target, asked.body = "GET", path, b""
    for name in ("Content-Length", "Content-Type", "Transfer-Encoding", "Idempotency-Key"):
        asked.set_header(name, None)
    return asked


def of_certificate(request: Request, ask: Ask) -> Reply:
    """The certificate that a request is about, as it is."""
    return ask(reading(request, "/".join(request.path.split("/")[:5])))


def remembered(memory: Memory, kind: str) -> dict[str, Json]:
    """What a fault remembers of one kind."""
    found: dict[str, Json] = memory.notes.setdefault(kind, {})
    return found
