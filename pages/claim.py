"""The page on which a holder claims a certificate, reached by the link in the holder's mail."""

from collections.abc import Coroutine
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.background import BackgroundTask
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.gate import Gate
from pages.open_forms import REFUSED, OpenForms
from pages.rendering import Rendering
from pages.sharing import sharing
from pages.verify import CLAIMED
from rules.claims import LIFETIME
from rules.errors import Refused
from rules.links import Links
from services import claims, lost_mails
from services.keyring import Keyring

FOLDER = "/claim/"
PATH = f"{FOLDER}{{token}}"
NEW_MAIL = f"{PATH}/new-mail"
SENT = "sent"
REFUSALS = {
    "unprocessable_entity": "claim_refused.html",
    "conflict": "claim_revoked.html",
    "rate_limited": "too_many.html",
}
_PRIVATE = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}

Result = TypeVar("Result")


class ClaimPage:
    """Opening the link shows the certificate and changes nothing, since scanners of mail open links; the button claims."""

    def __init__(self, rendering: Rendering, gate: Gate, keyring: Keyring, links: Links, forms: OpenForms) -> None:
        self._rendering = rendering
        self._gate = gate
        self._keyring = keyring
        self._links = links
        self._forms = forms

    async def answer(self, request: Request) -> Response:
        """The certificate, or once it is claimed by the button the way to its page, whose address may be passed on."""
        try:
            await self._gate.counted(request.scope)
            return await (self._confirmed(request) if request.method == "POST" else self._shown(request))
        except Refused as refused:
            if refused.code == "gone":
                return await self._expired(request, refused)
            return self._refused(request, refused)

    async def new_mail(self, request: Request) -> Response:
        """The holder of an expired link asks for another: the link says to which address."""
        try:
            await self._gate.counted(request.scope)
            if await self._forms.taken(request, _token(request)) is None:
                return self._rendering.page(request, REFUSED, status=HTTPStatus.FORBIDDEN.value)
            await self._within(lost_mails.outdated(_token(request), self._keyring))
        except Refused as refused:
            return self._refused(request, refused)
        work = BackgroundTask(lost_mails.ask_by_link, _token(request), self._keyring, datetime.now(UTC))
        return _to(f"../{_quoted(request)}?{SENT}", work)  # right whatever base that is reached under

    async def _shown(self, request: Request) -> Response:
        now = datetime.now(UTC)
        certificate = await self._within(claims.look(_token(request), self._keyring, now))
        return self._rendering.page(
            request,
            "claim.html",
            certificate=certificate,
            verdict=certificate.verdict(now),
            sharing=sharing(certificate, self._links, now),
            csrf=self._forms.token(_token(request)),
        )

    async def _confirmed(self, request: Request) -> Response:
        now = datetime.now(UTC)
        await self._within(claims.look(_token(request), self._keyring, now))  # a link that is none is told as such
        if await self._forms.taken(request, _token(request)) is None:
            return self._rendering.page(request, REFUSED, status=HTTPStatus.FORBIDDEN.value)
        claimed = await self._within(claims.claim(_token(request), self._keyring, now))
        return _to(self._links.path(f"/v/{claimed.code}?{CLAIMED}"))

    async def _expired(self, request: Request, refused: Refused) -> Response:
        facts = {
            "certificate": await self._within(lost_mails.outdated(_token(request), self._keyring)),
            "days": LIFETIME.days,
            "is_sent": SENT in request.query_params,
            "new_mail": self._links.path(NEW_MAIL.format(token=_quoted(request))),
            "csrf": self._forms.token(_token(request)),
        }
        return self._rendering.refusal(request, "claim_expired.html", refused, **facts)

    def _refused(self, request: Request, refused: Refused) -> Response:
        return self._rendering.refusal(request, REFUSALS.get(refused.code, REFUSED), refused)

    async def _within(self, work: Coroutine[Any, Any, Result]) -> Result:
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


def _token(request: Request) -> str:
    return str(request.path_params["token"])


def _quoted(request: Request) -> str:
    return quote(_token(request), safe="")


def _to(address: str, work: BackgroundTask | None = None) -> Response:
    """What a form is answered with, so that reloading repeats nothing."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER.value, background=work)
