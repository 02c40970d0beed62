"""Claim links, as they stand in a holder's mail and as somebody might make them up."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import httpx

from rules import claims
from services.keyring import Keyring
from tests.installation import SECRET
from tests.postbox import text_of

PATH = "/api/v1/claims"
KEY = Keyring(SECRET).claim_keys[0]


def token_for(certificate: dict[str, Any], *, ago: timedelta = timedelta(0), key: bytes = KEY) -> str:
    """A token as it was mailed to the holder a while ago."""
    return claims.token(key, UUID(certificate["id"]), certificate["holder_email"], datetime.now(UTC) - ago)


def token_in(mail: EmailMessage) -> str:
    """The token of the one link in a mail that claims, the same in its text and its HTML."""
    (token,) = set(re.findall(r"/claim/([\w.-]+)", text_of(mail)))
    html = mail.get_body(("html",))
    assert html is not None
    assert set(re.findall(r"/claim/([\w.-]+)", html.get_content())) == {token}
    return str(token)


def claim(web: httpx.Client, token: str) -> httpx.Response:
    """Claim with a token."""
    return web.post(PATH, json={"token": token})
