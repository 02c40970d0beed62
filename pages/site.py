"""The pages and their routes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from pages import claim, dashboard, docs, documents, pictures, public
from pages.gate import Gate
from pages.origin import DASHBOARD
from pages.rendering import NOBODY, Rendering
from pages.static import Static
from printing.printer import Printer
from rules.links import Links
from services.keyring import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the pages are made with; `framed_by` is who may show a verify page in a frame, as `frame-ancestors` takes it."""

    links: Links
    gate: Gate
    keyring: Keyring
    printer: Printer
    contract: Mapping[str, Any]
    framed_by: str = NOBODY


SLASHED = ("/v", docs.PATH, DASHBOARD)
"""What people type with a slash at the end, too."""


def site(means: Means, more: Sequence[BaseRoute]) -> ASGIApp:
    """The pages as an application, with some routes that are not pages beside them."""
    static = Static()
    rendering = Rendering(means.links, means.gate, static)
    routes = [
        *(_without_slash(path, means.links) for path in SLASHED),
        *documents.routes(rendering, means.gate, means.links, means.printer),
        *public.routes(rendering, means.gate, means.keyring, means.links, means.framed_by),
        static.route(),
        *pictures.routes(means.gate),
        *dashboard.routes(rendering, means.gate, means.keyring, means.links, means.printer),
        *docs.routes(rendering, means.links, means.contract),
        *more,
    ]
    app = Starlette(
        routes=routes, exception_handlers={HTTPException: rendering.nothing_here, Exception: rendering.fault}
    )
    app.router.redirect_slashes = False
    return claim.Private(app)


def _without_slash(path: str, links: Links) -> Route:
    """Whoever asks for this path with a slash behind it is led to the path itself, and nowhere else."""

    async def led(request: Request) -> Response:
        asked = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(links.path(path) + asked, HTTPStatus.PERMANENT_REDIRECT.value)

    return Route(f"{path}/", led, methods=["GET"])
