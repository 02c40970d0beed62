"""A visit: one request to the dashboard, as the function that answers it sees it."""

import re
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pages import forms
from pages.dashboard.cookies import Cookies
from pages.dashboard.notices import NOTICES, SECONDS
from pages.forms import Errors, Form
from pages.gate import Gate
from pages.origin import DASHBOARD
from pages.rendering import Rendering
from printing.printer import Printer
from rules import form_tokens, known_browsers
from rules.errors import Refused
from rules.links import Links
from rules.organizations import Organization
from services import users
from services.callers import Caller
from services.keyring import Keyring
from services.sessions import Session

Result = TypeVar("Result")
SIGN_IN = "/sign-in"
KNOWN_FOR = 400 * 86_400
"""How long a browser stays known to an account, in seconds: as long as browsers keep a cookie (RFC 6265bis, 5.5)."""
_STRANGER = re.compile("[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every visit is made with."""

    rendering: Rendering
    gate: Gate
    keyring: Keyring
    links: Links
    cookies: Cookies
    printer: Printer


class Visit:
    """One request: who it is, what was sent, and the ways to answer."""

    def __init__(self, request: Request, around: Surroundings, session: Session | None, *, is_for_anyone: bool) -> None:
        self.request = request
        self.rendering, self.gate, self.keyring, self.links = (
            around.rendering,
            around.gate,
            around.keyring,
            around.links,
        )
        self.cookies, self.printer = around.cookies, around.printer
        self.signed_in = session
        self.is_for_anyone = is_for_anyone
        self.form: Form = forms.NOTHING
        self.now = datetime.now(UTC)
        known = self.cookies.read(request, "visit")
        self._stranger = known if _STRANGER.fullmatch(known) else secrets.token_urlsafe(32)
        self._is_stranger_new = self._stranger != known

    @property
    def session(self) -> Session:
        """Who is signed in; a page for anyone asks `signed_in` instead."""
        if self.signed_in is None:
            raise Refused("unauthorized", "Sign in first.")
        return self.signed_in

    @property
    def caller(self) -> Caller:
        """Who acts, as services are told."""
        return Caller(self.session.organization.id, user_id=self.session.user.id)

    @property
    def organization(self) -> Organization:
        """The academy that is worked for."""
        return self.session.organization

    @property
    def here(self) -> str:
        """The path of this page below the dashboard."""
        return str(self.request.scope["path"]).removeprefix(DASHBOARD) or "/"

    @property
    def address(self) -> str:
        """The path of this page with its query."""
        query = self.request.url.query
        return DASHBOARD + self.here.rstrip("/") + (f"?{query}" if query else "")

    @property
    def section(self) -> str:
        """What this page belongs to in the navigation: "courses" for "/courses/new", "api" for "/settings/api"."""
        return self.here.removeprefix("/settings").strip("/").partition("/")[0] or "start"

    @property
    def csrf(self) -> str:
        """The token that a form on this page carries."""
        return form_tokens.token(self.keyring.keys_of("form tokens")[0], self._bound_to(), secrets.token_bytes(16))

    def is_own_form(self) -> bool:
        """Whether the form that was sent was shown to the same visitor."""
        return form_tokens.is_for(self.form.exactly("csrf"), self.keyring.keys_of("form tokens"), self._bound_to())

    def param(self, name: str) -> str:
        """A part of the path."""
        return _storable(str(self.request.path_params[name]))

    def uuid(self, name: str) -> UUID:
        """A part of the path that is an id."""
        try:
            return UUID(self.param(name))
        except ValueError:
            raise Refused("not_found", "There is nothing at this address.") from None

    def query(self, name: str, default: str = "") -> str:
        """A value of the query, without the blanks around it."""
        return _storable(self.request.query_params.get(name, default)).strip()

    def page(self, template: str, status: int = 200, **facts: Any) -> Response:
        """A page within the dashboard's frame; `form` (what was typed) and `errors` are there for every template."""
        told = self.cookies.read(self.request, "notice")
        common: dict[str, Any] = {
            "session": None if self.is_for_anyone else self.signed_in,
            "csrf": self.csrf,
            "notice": NOTICES.get(told),
            "here": self.section,
            "now": self.now,
            "form": self.form.values,
            "errors": {},
        }
        response = self.rendering.page(self.request, template, status=status, only_in="en", **(common | facts))
        if told:
            self.cookies.drop(response, "notice")
        if self.is_for_anyone and self._is_stranger_new:
            self.cookies.set(response, "visit", self._stranger)
        return response

    def again(self, template: str, errors: Errors, **facts: Any) -> Response:
        """The page of a form that was refused, with what was typed and what is wrong with it."""
        refused = errors.refused
        response = self.page(template, self.gate.status(refused) if refused else 422, errors=errors, **facts)
        if refused is not None and refused.retry_after is not None:
            response.headers["retry-after"] = str(refused.retry_after)
        return response

    def to(self, path: str, done: str | None = None) -> Response:
        """Go on to a page of the dashboard, such as "/courses"; `done` names the notice that is shown there once."""
        address = self.links.path(DASHBOARD + (path if path != "/" else ""))
        response = RedirectResponse(address, HTTPStatus.SEE_OTHER.value)
        if done is not None:
            self.cookies.set(response, "notice", done, SECONDS)
        return response

    def to_sign_in(self) -> Response:
        """Sign in first, and come back here."""
        return self.to(f"{SIGN_IN}?{urlencode({'next': self.address})}")

    def refusal(self, refused: Refused, form_at: str = "") -> Response:
        """A page that says why something is refused, with the way back to the form at an address, where one is."""
        response = self.page("dashboard/refused.html", self.gate.status(refused), refused=refused, form_at=form_at)
        if refused.retry_after is not None:
            response.headers["retry-after"] = str(refused.retry_after)
        return response

    def forbidden(self, reason: str, **facts: object) -> Response:
        """A page that says that this is not for whoever asks: "role" or "foreign"."""
        return self.page("dashboard/forbidden.html", HTTPStatus.FORBIDDEN.value, reason=reason, **facts)

    async def may_try(self, what: str, email: str) -> str | None:
        """Counts a try at somebody's account or refuses it; tells how this browser is known to the account, if it is."""
        account = users.key_of(email)
        keys = self.keyring.keys_of("known browsers")
        browser = known_browsers.name(self.cookies.read(self.request, "known"), keys, account)
        await self.gate.may_try(self.request.scope, what, account, browser)
        return browser

    def remember(self, response: Response, email: str) -> None:
        """This browser is known to the account from now on; one that is already keeps the name that it has."""
        account, keys = users.key_of(email), self.keyring.keys_of("known browsers")
        name = known_browsers.name(self.cookies.read(self.request, "known"), keys, account)
        mark = known_browsers.mark(keys[0], account, bytes.fromhex(name) if name else secrets.token_bytes(16))
        self.cookies.set(response, "known", mark, KNOWN_FOR)

    async def work(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of work on the database, or TimeoutError, which becomes a page too."""
        return await self.gate.within_deadline(work)

    def _bound_to(self) -> str:
        """A form for those signed in is bound to their session, another to a cookie."""
        if self.signed_in is None or self.is_for_anyone:
            return f"stranger {self._stranger}"
        return f"session {self.signed_in.id}"


def _storable(text: str) -> str:
    """No database takes NUL."""
    if "\0" in text:
        raise Refused("not_found", "There is nothing at this address.")
    return text
