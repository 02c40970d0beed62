"""The way in for whoever holds a certificate in the hand: a field for its code."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pages.rendering import Rendering
from rules import code_spellings
from rules.links import Links

FIELD = "code"


class HomePage:
    """The first page, and the one with the field alone."""

    def __init__(self, rendering: Rendering, links: Links) -> None:
        self._rendering = rendering
        self._links = links

    async def first(self, request: Request) -> Response:
        """What this is, and the field."""
        return self._rendering.page(request, "home.html", typed="", error="")

    async def find(self, request: Request) -> Response:
        """A code in any spelling leads to its page; what is none is shown again with what is wrong with it."""
        typed = request.query_params.get(FIELD)
        if typed is None:
            return self._rendering.page(request, "check.html", typed="", error="")
        code = code_spellings.read(typed)
        if code is not None:
            found = self._links.path(f"/v/{code}")
            return RedirectResponse(found, HTTPStatus.SEE_OTHER.value, {"cache-control": "no-cache"})
        error = "unreadable" if typed.strip() else "nothing"
        status = HTTPStatus.UNPROCESSABLE_ENTITY.value
        return self._rendering.page(request, "check.html", status=status, typed=typed.strip()[:200], error=error)
