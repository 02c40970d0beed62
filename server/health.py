"""What load balancers and operators ask: is the process alive, is it ready, and which contract does it serve."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server import contract
from services import database


async def livez(_request: Request) -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "alive"})


async def readyz(_request: Request) -> JSONResponse:
    """The database takes changes, and no migration is missing."""
    try:
        await database.writable()
        missing = await database.pending()
    except Exception as fault:  # whatever is wrong, it is the answer
        if not database.is_away(fault):
            raise
        return JSONResponse({"status": "unavailable", "database": "away or read-only"}, 503)
    if missing:
        return JSONResponse({"status": "unavailable", "database": "not migrated", "missing": missing}, 503)
    return JSONResponse({"status": "ready", "database": "writable"})


async def openapi(_request: Request) -> Response:
    """The authored contract, byte for byte."""
    return Response(contract.source(), media_type="application/yaml")


ROUTES: list[BaseRoute] = [
    Route("/livez", livez),
    Route("/readyz", readyz),
    Route("/openapi.yaml", openapi),
]
