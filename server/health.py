"""What load balancers and operators ask: is the process alive, is it ready, and which contract does it serve."""

import asyncio
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server import contract
from server.deadline import Deadline
from server.errors import STATUS
from services import database, delivery_queue, mails

FRESH_SECONDS = 1.0


class Readiness:
    """Whether the database takes changes and lacks no migration: asked once a second at most, whoever wants to know."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()
        self._known: dict[str, object] = {}
        self._known_at = float("-inf")

    async def answer(self, _request: Request) -> JSONResponse:
        """Ready, or what is in the way."""
        async with self._one_at_a_time:
            if time.monotonic() - self._known_at > FRESH_SECONDS:
                self._known = await self._asked()
                self._known_at = time.monotonic()
        ready = self._known["status"] == "ready"
        return JSONResponse(self._known, 200 if ready else STATUS["unavailable"])

    async def _asked(self) -> dict[str, object]:
        deadline = Deadline()
        try:
            await deadline.within(database.writable(datetime.now(UTC)))
            missing = await deadline.within(database.pending())
        except Exception as fault:
            if not database.is_away(fault):
                raise
            return {"status": "unavailable", "database": "away or read-only"}
        if missing:
            return {"status": "unavailable", "database": "not migrated", "missing": missing}
        now = datetime.now(UTC)
        return {
            "status": "ready",
            "database": "writable",
            "oldest_due_delivery_seconds": await _waiting(deadline, delivery_queue.oldest_due(now), now),
            "oldest_due_mail_seconds": await _waiting(deadline, mails.oldest_due(now), now),
        }


async def _waiting(deadline: Deadline, oldest: Coroutine[Any, Any, datetime | None], now: datetime) -> float | None:
    """For how long the first in a queue has been due. No reason to send nobody here, so that it may be unknown."""
    try:
        due_at = await deadline.within(oldest)
    except Exception as fault:
        if not database.is_away(fault):
            raise
        return None
    return None if due_at is None else round((now - due_at).total_seconds(), 3)


async def livez(_request: Request) -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "alive"})


async def openapi(_request: Request) -> Response:
    """The authored contract, byte for byte."""
    return Response(contract.source(), media_type="application/yaml")


def routes() -> list[BaseRoute]:
    """The routes beside the pages and the API."""
    return [Route("/livez", livez), Route("/readyz", Readiness().answer), Route("/openapi.yaml", openapi)]
