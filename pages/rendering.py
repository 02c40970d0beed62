"""From a template to an answer: every page with the headers that keep what a stranger wrote from doing anything."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pages.gate import Gate
from rules import instants
from rules.errors import Refused
from rules.links import Links

TEMPLATES = Path(__file__).parent / "templates"
POLICY = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


class Rendering:
    """Renders pages, and those that say why there is none."""

    def __init__(self, links: Links, gate: Gate) -> None:
        self._gate = gate
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )
        self._templates.filters["day"] = instants.day
        self._templates.globals["links"] = links

    def page(
        self, template: str, *, status: int = 200, retry_after: int | None = None, **facts: object
    ) -> HTMLResponse:
        """A page, made from its template and the facts in it."""
        html = self._templates.get_template(template).render(**facts)
        headers = {"content-security-policy": POLICY, "cache-control": "no-cache"}
        if retry_after is not None:
            headers["retry-after"] = str(retry_after)
        return HTMLResponse(html, status, headers)

    def refusal(self, template: str, refused: Refused) -> HTMLResponse:
        """A page that says why something is refused."""
        return self.page(template, status=self._gate.status(refused), retry_after=refused.retry_after, refused=refused)

    async def nothing_here(self, _request: Request, fault: Exception) -> Response:
        """Any other address, or another method."""
        if not isinstance(fault, HTTPException):
            raise fault
        page = self.page("nothing.html", status=fault.status_code)
        page.headers.update(fault.headers or {})
        return page

    async def fault(self, _request: Request, fault: Exception) -> Response:
        """The database is away, or something of ours is broken; the fault goes on to whoever logs it."""
        refused = self._gate.refusal_of(fault)
        return self.refusal("unavailable.html" if refused.code == "unavailable" else "broken.html", refused)
