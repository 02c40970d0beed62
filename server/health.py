"""What load balancers and operators ask: is the process alive, is it ready, and which contract does it serve."""

import asyncio
import time
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server import contract
from server.deadline import Deadline
from server.errors import STATUS
from services import database

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
        return {"status": "ready", "database": "writable"}


async def livez(_request: Request) -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "alive"})


async def openapi(_request: Request) -> Response:
    """The authored contract, byte for byte."""
    return Response(contract.source(), media_type="application/yaml")


def routes() -> list[BaseRoute]:
    """The routes beside the pages and the API."""
    return [Route("/livez", livez), Route("/readyz", Readiness().answer), Route("/openapi.yaml", openapi)]
