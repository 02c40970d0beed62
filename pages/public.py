"""The public pages and their routes: what an employer and a holder see."""

from starlette.routing import BaseRoute, Route

from pages import claim, lost_mail, verify
from pages.claim import ClaimPage
from pages.gate import Gate
from pages.home import HomePage
from pages.lost_mail import LostMailPage
from pages.open_forms import OpenForms
from pages.rendering import NOBODY, Rendering
from pages.verify import VerifyPage
from rules.links import Links
from services.keyring import Keyring


def routes(
    rendering: Rendering, gate: Gate, keyring: Keyring, links: Links, framed_by: str = NOBODY
) -> list[BaseRoute]:
    """Everything that needs no signing in. `framed_by` is who may show a verify page within a frame."""
    forms, home = OpenForms(keyring, links), HomePage(rendering, links)
    claims = ClaimPage(rendering, gate, keyring, links, forms)
    return [
        Route("/", home.first, methods=["GET"]),
        Route("/v", home.find, methods=["GET"]),
        Route(verify.PATH, VerifyPage(rendering, gate, links, framed_by).show, methods=["GET"]),
        Route(lost_mail.PATH, LostMailPage(rendering, gate, links, forms).answer, methods=["GET", "POST"]),
        Route(claim.PATH, claims.answer, methods=["GET", "POST"]),
        Route(claim.NEW_MAIL, claims.new_mail, methods=["POST"]),
    ]
