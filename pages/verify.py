"""The page that anyone checks a certificate on."""

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pages.gate import Gate
from pages.rendering import NOBODY, Rendering
from pages.sharing import sharing
from rules import code_spellings
from rules.certificates import Certificate
from rules.errors import Refused
from rules.links import Links
from rules.validity import EXPIRING_FOR
from services import verification

PATH = "/v/{code}"
REFUSALS = {"not_found": "unknown.html", "rate_limited": "held_back.html"}
CLAIMED = "claimed"
"""In the address after claiming: says so on the page. It tells nothing that the page does not tell anyone."""
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
            certificate = await found(self._gate, request)
        except Refused as refused:
            return self._rendering.refusal(request, REFUSALS[refused.code], refused, framed_by=self._framed_by)
        return self._rendering.page(
            request,
            "verify.html",
            headers=NOT_LISTED,
            framed_by=self._framed_by,
            **self._facts(certificate, now),
            is_claimed_now=CLAIMED in request.query_params and certificate.claimed_at is not None,
        )

    def _facts(self, certificate: Certificate, now: datetime) -> dict[str, Any]:
        return {
            "certificate": certificate,
            "verdict": certificate.verdict(now),
            "days_left": days_left(certificate.expires_at, now),
            "checked": now,
            "sharing": sharing(certificate, self._links, now),
        }


async def found(gate: Gate, request: Request) -> Certificate:
    """The certificate of a page's address. A miss is counted wherever one asks: no code is cheaper to guess elsewhere."""
    await gate.before(request.scope)
    typed = request.path_params["code"]
    try:
        return await gate.within_deadline(verification.find(code_spellings.read(typed) or typed))
    except Refused:
        await gate.missed(request.scope)
        raise


def days_left(expires_at: datetime | None, now: datetime) -> int | None:
    """Days from today to the date of expiry, as the page shows both; None while that is further off than it warns of.

    >>> days_left(datetime(2026, 4, 1, 1, tzinfo=UTC), datetime(2026, 3, 31, 23, tzinfo=UTC))
    1
    """
    if expires_at is None or not now < expires_at <= now + EXPIRING_FOR:
        return None
    return (expires_at.astimezone(UTC).date() - now.astimezone(UTC).date()).days
