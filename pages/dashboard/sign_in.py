"""Signing in and out."""

from starlette.responses import Response

from pages import origin
from pages.dashboard.routing import get, post
from pages.dashboard.visit import SIGN_IN, Visit
from pages.forms import Errors
from pages.origin import DASHBOARD
from rules import session_tokens
from services import sessions

TEMPLATE = "dashboard/sign_in.html"


@get(SIGN_IN, role=None)
async def show(visit: Visit) -> Response:
    """The form; whoever is signed in already goes on."""
    if visit.signed_in is not None:
        return visit.to(_wanted(visit.query("next")))
    return visit.page(TEMPLATE, next=visit.query("next"))


@post(SIGN_IN, role=None)
async def sign_in(visit: Visit) -> Response:
    """A new session, whatever there was before; a wrong address and a wrong password are told in the same words."""
    errors, token = Errors(), ""
    email, password = visit.form.text("email"), visit.form.exactly("password")
    with errors.caught():
        await visit.may_try("sign in", email)
        token = await visit.work(sessions.sign_in(email, password, visit.keyring, visit.now))
    if errors:
        return visit.again(TEMPLATE, errors, next=visit.form.text("next"))
    return await begin(visit, email, token, visit.to(_wanted(visit.form.text("next"))))


@post("/sign-out", role="viewer")
async def sign_out(visit: Visit) -> Response:
    """The session is over, here and wherever its cookie was copied to."""
    await visit.work(sessions.end(visit.session.id))
    response = visit.to(SIGN_IN, "signed_out")
    visit.cookies.drop(response, "session")
    return response


async def begin(visit: Visit, email: str, token: str, response: Response) -> Response:
    """The answer that makes the visitor somebody else: the session that they came with ends, whoever's it was."""
    present = visit.cookies.read(visit.request, "session")
    session_id = session_tokens.read(present, visit.keyring.keys_of("sessions"), visit.now)
    if session_id is not None:
        await visit.work(sessions.end(session_id))
    visit.cookies.set(response, "session", token)
    visit.remember(response, email)
    return response


def _wanted(path: str) -> str:
    return origin.way_back(path).removeprefix(DASHBOARD) or "/"


ENTRIES = (show, sign_in, sign_out)
