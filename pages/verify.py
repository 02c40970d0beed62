"""The page that anyone checks a certificate on."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from pages.gate import Gate
from pages.rendering import Rendering
from rules.certificates import Certificate
from rules.errors import Refused
from services import verification

REFUSALS = {"not_found": "unknown.html", "rate_limited": "held_back.html"}


class VerifyPage:
    """A certificate with its verdict, or that there is none with this code."""

    def __init__(self, rendering: Rendering, gate: Gate) -> None:
        self._rendering = rendering
        self._gate = gate

    async def show(self, request: Request) -> Response:
        """The verdict first, then what stands on the certificate."""
        now = datetime.now(UTC)
        try:
            certificate = await self._found(request)
        except Refused as refused:
            return self._rendering.refusal(request, REFUSALS[refused.code], refused)
        return self._rendering.page(
            request, "verify.html", certificate=certificate, verdict=certificate.verdict(now), checked=now
        )

    async def _found(self, request: Request) -> Certificate:
        await self._gate.before(request.scope)
        try:
            return await self._gate.within_deadline(verification.find(request.path_params["code"]))
        except Refused:
            await self._gate.missed(request.scope)
            raise
