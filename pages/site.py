"""The pages and their routes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from rules.errors import Refused
from rules.links import Links
from services import verification

TEMPLATES = Path(__file__).parent / "templates"
MISSING, TOO_MANY = 404, 429


class Gate(Protocol):
    """What holds back visitors who try codes at random."""

    async def before(self, scope: Scope) -> None:
        """Refuses a visitor who has missed too often."""

    async def missed(self, scope: Scope) -> None:
        """Counts a code that does not exist."""


def site(links: Links, gate: Gate, more: Sequence[BaseRoute]) -> Starlette:
    """The pages as an application, with some routes that are not pages beside them."""
    pages = Pages(links, gate)
    routes = [Route("/v/{code}", pages.verify, methods=["GET"]), *more]
    app = Starlette(routes=routes, exception_handlers={HTTPException: pages.nothing_here})
    app.router.redirect_slashes = False
    return app


class Pages:
    """Each page, rendered from its template."""

    def __init__(self, links: Links, gate: Gate) -> None:
        self._links = links
        self._gate = gate
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )
        self._templates.filters["day"] = _day

    async def verify(self, request: Request) -> Response:
        """A certificate with its verdict, or that there is none with this code."""
        now = datetime.now(UTC)
        try:
            await self._gate.before(request.scope)
            certificate = await verification.find(request.path_params["code"])
        except Refused as refused:
            return await self._refused(request, refused)
        return self._page(
            "verify.html", certificate=certificate, verdict=certificate.verdict(now), checked=now, links=self._links
        )

    async def nothing_here(self, _request: Request, fault: Exception) -> Response:
        """Any other address, or another method."""
        status = fault.status_code if isinstance(fault, HTTPException) else MISSING
        headers = fault.headers if isinstance(fault, HTTPException) else None
        page = self._page("nothing.html", status=status)
        page.headers.update(headers or {})
        return page

    async def _refused(self, request: Request, refused: Refused) -> Response:
        if refused.code == "not_found":
            try:
                await self._gate.missed(request.scope)
            except Refused:
                return self._page("held_back.html", status=TOO_MANY)
            return self._page("unknown.html", status=MISSING)
        return self._page("held_back.html", status=TOO_MANY)

    def _page(self, template: str, *, status: int = 200, **facts: object) -> HTMLResponse:
        html = self._templates.get_template(template).render(**facts)
        policy = "default-src 'none'; img-src https: http:; style-src 'self'; base-uri 'none'; form-action 'self'"
        return HTMLResponse(html, status, {"content-security-policy": policy, "cache-control": "no-cache"})


def _day(instant: datetime) -> str:
    return f"{instant.day} {instant:%B} {instant.year}"
