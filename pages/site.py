"""The pages and their routes."""

from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from rules.certificates import Certificate
from rules.errors import Refused
from rules.links import Links
from services import database, verification

TEMPLATES = Path(__file__).parent / "templates"
REFUSALS = {"not_found": "unknown.html", "rate_limited": "held_back.html", "unavailable": "unavailable.html"}
RETRY_SECONDS = 2
POLICY = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


class Gate(Protocol):
    """What holds back visitors who try codes at random, and knows the status of a refusal."""

    def status(self, refused: Refused) -> int:
        """The status that goes with a refusal."""

    async def before(self, scope: Scope) -> None:
        """Refuses a visitor who has missed too often."""

    async def missed(self, scope: Scope) -> None:
        """Counts a code that does not exist; refuses a visitor whose misses are used up by it."""

    async def within_deadline(self, work: Coroutine[Any, Any, Certificate]) -> Certificate:
        """The result of work on the database, or TimeoutError."""


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
            certificate = await self._found(request)
        except Refused as refused:
            return self._refused(refused)
        except Exception as fault:
            if not database.is_away(fault):
                raise
            return self._refused(Refused("unavailable", str(fault), retry_after=RETRY_SECONDS))
        return self._page(
            "verify.html", certificate=certificate, verdict=certificate.verdict(now), checked=now, links=self._links
        )

    async def nothing_here(self, _request: Request, fault: Exception) -> Response:
        """Any other address, or another method."""
        if not isinstance(fault, HTTPException):
            raise fault
        page = self._page("nothing.html", status=fault.status_code)
        page.headers.update(fault.headers or {})
        return page

    async def _found(self, request: Request) -> Certificate:
        await self._gate.before(request.scope)
        try:
            return await self._gate.within_deadline(verification.find(request.path_params["code"]))
        except Refused:
            await self._gate.missed(request.scope)
            raise

    def _refused(self, refused: Refused) -> Response:
        return self._page(REFUSALS[refused.code], status=self._gate.status(refused), retry_after=refused.retry_after)

    def _page(
        self, template: str, *, status: int = 200, retry_after: int | None = None, **facts: object
    ) -> HTMLResponse:
        html = self._templates.get_template(template).render(**facts)
        headers = {"content-security-policy": POLICY, "cache-control": "no-cache"}
        if retry_after is not None:
            headers["retry-after"] = str(retry_after)
        return HTMLResponse(html, status, headers)


def _day(instant: datetime) -> str:
    return f"{instant.day} {instant:%B} {instant.year}"
