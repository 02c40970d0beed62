"""The page that anyone checks a certificate on."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from pages.gate import Gate
from pages.rendering import NOBODY, Rendering
from pages.sharing import sharing
from rules import code_spellings
from rules.certificates import Certificate
from rules.errors import Refused
from rules.links import Links
from services import verification

PATH = "/v/{code}"
REFUSALS = {"not_found": "unknown.html", "rate_limited": "held_back.html"}
NOT_LISTED = {"x-robots-tag": "noindex"}
"""A certificate is shown to whoever was given its link or code; it makes no name findable by a search engine."""


class VerifyPage:
    """A certificate with its verdict, or that there is none with this code."""

    def __init__(self, rendering: Rendering, gate: Gate, links: Links, framed_by: str = NOBODY) -> None:
        self._rendering = rendering
        self._gate = gate
        self._links = links
        self._framed_by = framed_by

    async def show(self, request: Request) -> Response:
        """The verdict first, then what stands on the certificate."""
        now = datetime.now(UTC)
        try:
            certificate = await self._found(request)
        except Refused as refused:
            return self._rendering.refusal(request, REFUSALS[refused.code], refused, framed_by=self._framed_by)
        return self._rendering.page(
            request,
            "verify.html",
            headers=NOT_LISTED,
            framed_by=self._framed_by,
            certificate=certificate,
            verdict=certificate.verdict(now),
            checked=now,
            sharing=sharing(certificate, self._links, now),
        )

    async def _found(self, request: Request) -> Certificate:
        await self._gate.before(request.scope)
        typed = request.path_params["code"]
        try:
            return await self._gate.within_deadline(verification.find(code_spellings.read(typed) or typed))
        except Refused:
            await self._gate.missed(request.scope)
            raise
