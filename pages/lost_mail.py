"""The page for a holder whose mail is lost: the claim link is mailed again, and nobody learns whose address it is."""

import asyncio
from datetime import UTC, datetime
from http import HTTPStatus
from secrets import SystemRandom
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pages.forms import Errors
from pages.gate import Gate
from pages.open_forms import REFUSED, OpenForms
from pages.rendering import Rendering
from pages.verify import NOT_LISTED
from rules import code_spellings, text
from rules.errors import Refused
from rules.links import Links
from services import lost_mails

PATH = "/v/{code}/lost-mail"
REFUSALS = {"not_found": "unknown.html", "rate_limited": "too_many.html"}
SENT = "sent"
LONGEST_PAUSE = 1.0
"""Seconds after the answer within which the work is begun, at a moment that chance chooses."""
NO_CODE = "No certificate has this code"
_chance = SystemRandom().random


class LostMailPage:
    """Looks nothing up before it answers: so whatever code and address are named, words and time are the same."""

    def __init__(self, rendering: Rendering, gate: Gate, links: Links, forms: OpenForms) -> None:
        self._rendering = rendering
        self._gate = gate
        self._links = links
        self._forms = forms

    async def answer(self, request: Request) -> Response:
        """The form; once it is sent, what happens now."""
        try:
            code = _code(request)
            if request.method != "POST":
                return self._page(request, code, is_sent=SENT in request.query_params)
            await self._gate.counted(request.scope)
            return await self._sent(request, code)
        except Refused as refused:
            return self._rendering.refusal(request, REFUSALS.get(refused.code, REFUSED), refused)

    async def _sent(self, request: Request, code: str) -> Response:
        form = await self._forms.taken(request, code)
        if form is None:
            return self._rendering.page(request, REFUSED, status=HTTPStatus.FORBIDDEN.value)
        typed, errors = form.text("email"), Errors()
        with errors.caught():
            text.address(typed, field="email")
        if errors:
            return self._page(request, code, typed=typed, is_wrong=True)
        # After the answer: how long it takes would tell whether anything was found.
        work = BackgroundTask(_ask_later, code, typed)
        here = self._links.path(f"/v/{code}/lost-mail?{SENT}")
        return RedirectResponse(here, HTTPStatus.SEE_OTHER.value, {"cache-control": "no-store"}, background=work)

    def _page(
        self, request: Request, code: str, *, typed: str = "", is_wrong: bool = False, is_sent: bool = False
    ) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
        facts: dict[str, Any] = {
            "code": code,
            "typed": typed,
            "is_wrong": is_wrong,
            "is_sent": is_sent,
            "csrf": self._forms.token(code),
        }
        return self._rendering.page(request, "lost_mail.html", status=status.value, headers=NOT_LISTED, **facts)


async def _ask_later(code: str, address: str) -> None:
    """Not at once: else the request that comes next would be held up a little by a mail, and by nothing else."""
    await asyncio.sleep(_chance() * LONGEST_PAUSE)
    await lost_mails.ask(code, address, datetime.now(UTC))


def _code(request: Request) -> str:
    code = code_spellings.read(request.path_params["code"])
    if code is None:
        raise Refused("not_found", NO_CODE)
    return code
