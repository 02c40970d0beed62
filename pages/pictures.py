"""Pictures that were uploaded, at addresses that never show another one."""

import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from pages.gate import Gate
from rules.errors import Refused
from services import pictures

PATH = "/pictures/{name}"
HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'",
    # Badges and verify pages of others show them too.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_NAME = re.compile(r"([0-9a-f]{64})\.png")


def routes(gate: Gate) -> Sequence[BaseRoute]:
    """Where pictures are."""

    async def show(request: Request) -> Response:
        named = _NAME.fullmatch(request.path_params["name"])
        try:
            found = await gate.within_deadline(pictures.read(named[1])) if named else None
        except Refused:
            found = None
        if found is None:
            return PlainTextResponse("There is no such picture.", 404)
        return Response(found.content, headers=HEADERS, media_type=found.media_type)

    return [Route(PATH, show, methods=["GET"])]
