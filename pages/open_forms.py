"""Forms that anyone may send, signed in or not: taken only as a page of ours showed them, and without a cookie."""

import secrets

from starlette.requests import Request

from pages import forms, origin
from pages.forms import Form
from rules import form_tokens
from rules.links import Links
from services.keyring import Keyring

FIELD = "csrf"
REFUSED = "form_refused.html"


class OpenForms:
    """Each form holds a token for what it is about; what is about another thing, or from another site, is not taken."""

    def __init__(self, keyring: Keyring, links: Links) -> None:
        self._keys = keyring.keys_of("claim forms")
        self._origin = links.origin()

    def token(self, about: str) -> str:
        """What goes into the form's hidden field."""
        return form_tokens.token(self._keys[0], about, secrets.token_bytes(16))

    async def taken(self, request: Request, about: str) -> Form | None:
        """The form as it was sent; None where it is not one of ours about this."""
        if self._is_foreign(request):
            return None
        form = await forms.read(request)
        return form if form_tokens.is_for(form.text(FIELD), self._keys, about) else None

    def _is_foreign(self, request: Request) -> bool:
        # From a page under `no-referrer` a browser tells no origin. Only a word for another one is evidence against it.
        if "sec-fetch-site" not in request.headers and request.headers.get("origin") == "null":
            return False
        return origin.is_foreign(request, self._origin)
