"""The pages and their routes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from pages import claim, dashboard, docs, documents, pictures, public
from pages.gate import Gate
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


def site(means: Means, more: Sequence[BaseRoute]) -> ASGIApp:
    """The pages as an application, with some routes that are not pages beside them."""
    static = Static()
    rendering = Rendering(means.links, means.gate, static)
    routes = [
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
