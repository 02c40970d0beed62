"""The pages and their routes."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from pages import claim
from pages.gate import Gate
from pages.rendering import Rendering
from pages.static import Static
from pages.verify import VerifyPage
from rules.links import Links
from services.keyring import Keyring


def site(links: Links, gate: Gate, keyring: Keyring, more: Sequence[BaseRoute]) -> ASGIApp:
    """The pages as an application, with some routes that are not pages beside them."""
    static = Static()
    rendering = Rendering(links, gate, static)
    routes = [
        Route("/v/{code}", VerifyPage(rendering, gate).show, methods=["GET"]),
        Route(claim.PATH, claim.ClaimPage(rendering, gate, keyring).answer, methods=["GET", "POST"]),
        static.route(),
        *more,
    ]
    app = Starlette(
        routes=routes, exception_handlers={HTTPException: rendering.nothing_here, Exception: rendering.fault}
    )
    app.router.redirect_slashes = False
    return claim.Private(app)
