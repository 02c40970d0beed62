"""From a template to an answer: every page with the headers that keep what a stranger wrote from doing anything."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pages import language
from pages.gate import Gate
from pages.language import Language
from pages.static import Static
from pages.texts import LANGUAGES
from rules import instants
from rules.errors import Refused
from rules.links import Links

TEMPLATES = Path(__file__).parent / "templates"
NOBODY = "'none'"
"""Who may show a page within a frame of theirs."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self';"
    " frame-ancestors {}"
)


class Rendering:
    """Renders pages, and those that say why there is none."""

    def __init__(self, links: Links, gate: Gate, static: Static) -> None:
        self._gate = gate
        self._is_secure = links.base.startswith("https:")
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {
            "links": links,
            "languages": LANGUAGES,
            "at": links.path,
            "static": lambda name: links.path(static.address(name)),
        }
        self._templates.filters["iso"] = instants.show

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        framed_by: str = NOBODY,
        only_in: str | None = None,
        **facts: object,
    ) -> HTMLResponse:
        """A page in the visitor's language, or `only_in` one, made from its template and the facts in it.

        `framed_by` is a source list of `frame-ancestors` (Content Security Policy Level 3, 6.4.2).
        """
        speaks = language.of(request) if only_in is None else language.KNOWN[only_in]
        html = self._templates.get_template(template).render(**_spoken(speaks, request), **facts)
        answer = HTMLResponse(html, status)
        answer.headers["content-security-policy"] = _POLICY.format(framed_by)
        answer.headers["cache-control"] = "no-cache"
        answer.headers["vary"] = language.VARIES
        answer.headers["content-language"] = speaks.code
        answer.headers["referrer-policy"] = "same-origin"
        answer.headers.update(headers or {})
        language.remember(request, answer, is_secure=self._is_secure)
        return answer

    def refusal(self, request: Request, template: str, refused: Refused, **facts: Any) -> HTMLResponse:
        """A page that says why something is refused."""
        wait = {} if refused.retry_after is None else {"retry-after": str(refused.retry_after)}
        status = self._gate.status(refused)
        return self.page(request, template, status=status, headers=wait, refused=refused, **facts)

    async def nothing_here(self, request: Request, fault: Exception) -> Response:
        """Any other address, or another method."""
        if not isinstance(fault, HTTPException):
            raise fault
        return self.page(request, "nothing.html", status=fault.status_code, headers=fault.headers)

    async def fault(self, request: Request, fault: Exception) -> Response:
        """The database is away, or something of ours is broken; the fault goes on to whoever logs it."""
        refused = self._gate.refusal_of(fault)
        return self.refusal(request, "unavailable.html" if refused.code == "unavailable" else "broken.html", refused)


def _spoken(speaks: Language, request: Request) -> dict[str, object]:
    """What every template has of the language: its texts and dates, and where the same page is read in another one."""
    others = [(name, value) for name, value in request.query_params.multi_items() if name != language.PARAMETER]
    return {
        "t": speaks.texts,
        "language": speaks.code,
        "in_language": lambda code: "?" + urlencode([*others, (language.PARAMETER, code)]),
        "day": speaks.day,
        "month": speaks.month,
        "moment": speaks.moment,
    }
