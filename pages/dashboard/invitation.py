"""Joining a team by the link in a mail."""

from starlette.responses import Response

from pages.dashboard.routing import get, post
from pages.dashboard.sign_in import begin
from pages.dashboard.visit import SIGN_IN, Visit
from pages.forms import Errors
from services import accounts

TEMPLATE = "dashboard/invitation.html"


@get("/invitation/{token}", role=None)
async def show(visit: Visit) -> Response:
    """Who invites, and as what. Opening the link changes nothing."""
    return visit.page(TEMPLATE, invitation=await _invitation(visit))


@post("/invitation/{token}", role=None)
async def accept(visit: Visit) -> Response:
    """In the team: somebody new is signed in at once, others sign in by the password that they have."""
    errors, invitation, session = Errors(), await _invitation(visit), None
    with errors.caught():
        name, password = visit.form.text("name"), visit.form.exactly("password")
        session = await visit.work(accounts.accept(visit.param("token"), name, password, visit.keyring, visit.now))
    if errors:
        return visit.again(TEMPLATE, errors, invitation=invitation)
    if session is not None:
        return await begin(visit, invitation.email, session, visit.to("/", "welcome"))
    return visit.to(SIGN_IN, "joined" if visit.signed_in else "joined_team")


async def _invitation(visit: Visit) -> accounts.Invitation:
    return await visit.work(accounts.invitation(visit.param("token"), visit.keyring, visit.now))


ENTRIES = (show, accept)
