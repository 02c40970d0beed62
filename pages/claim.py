"""The page on which a holder claims a certificate, reached by the link in the holder's mail."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.gate import Gate
from pages.rendering import Rendering
from rules.certificates import Certificate
from rules.errors import Refused
from services import claims
from services.keyring import Keyring

FOLDER = "/claim/"
PATH = f"{FOLDER}{{token}}"
REFUSALS = {
    "gone": "claim_expired.html",
    "conflict": "claim_revoked.html",
    "rate_limited": "too_many.html",
}
_PRIVATE = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}

Use = Callable[[str, Keyring, datetime], Coroutine[Any, Any, Certificate]]


class ClaimPage:
    """Opening the link shows the certificate and changes nothing, since scanners of mail open links; the button claims."""

    def __init__(self, rendering: Rendering, gate: Gate, keyring: Keyring) -> None:
        self._rendering = rendering
        self._gate = gate
        self._keyring = keyring

    async def answer(self, request: Request) -> Response:
        """The certificate, or once it is claimed by the button the way back to it, so that reloading repeats nothing."""
        is_confirmed = request.method == "POST"
        try:
            certificate = await self._outcome(request, claims.claim if is_confirmed else claims.look)
        except Refused as refused:
            return self._rendering.refusal(request, REFUSALS.get(refused.code, "claim_refused.html"), refused)
        if is_confirmed:
            # Relative to this very address: right whatever base it is reached under.
            return RedirectResponse(quote(request.path_params["token"], safe=""), HTTPStatus.SEE_OTHER.value)
        return self._rendering.page(request, "claim.html", certificate=certificate)

    async def _outcome(self, request: Request, use: Use) -> Certificate:
        await self._gate.counted(request.scope)
        work = use(request.path_params["token"], self._keyring, datetime.now(UTC))
        return await self._gate.within_deadline(work)


class Private:
    """Whoever has the link has what it takes: so under it nothing is kept, passed on or found, whatever is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; under the folder of these links with headers that say so."""
        if scope["type"] != "http" or not scope["path"].startswith(FOLDER):
            await self._app(scope, receive, send)
            return

        async def send_privately(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_PRIVATE)
            await send(message)

        await self._app(scope, receive, send_privately)
