"""A new password for whoever does not know the old one, by a link in a mail."""

from starlette.responses import Response

from pages.dashboard.routing import get, post
from pages.dashboard.visit import SIGN_IN, Visit
from pages.forms import Errors
from services import accounts

ASK, CHOOSE = "dashboard/reset.html", "dashboard/reset_password.html"


@get("/reset", role=None)
async def show(visit: Visit) -> Response:
    """Asks for the address."""
    return visit.page(ASK)


@post("/reset", role=None)
async def ask(visit: Visit) -> Response:
    """The same answer for every address, after the same work."""
    errors, email = Errors(), visit.form.text("email")
    with errors.caught():
        browser = await visit.may_try("reset", email)
        await visit.work(accounts.ask_for_reset(email, visit.now, is_known=browser is not None))
    if errors:
        return visit.again(ASK, errors)
    return visit.page("dashboard/reset_asked.html", email=email)


@get("/reset/{token}", role=None)
async def choose(visit: Visit) -> Response:
    """Opening the link changes nothing, since scanners of mail open links."""
    email = await visit.work(accounts.resettable(visit.param("token"), visit.keyring, visit.now))
    return visit.page(CHOOSE, email=email)


@post("/reset/{token}", role=None)
async def put(visit: Visit) -> Response:
    """The new password holds, and the person is signed out everywhere."""
    errors, token = Errors(), visit.param("token")
    email = await visit.work(accounts.resettable(token, visit.keyring, visit.now))
    with errors.caught():
        await visit.work(accounts.reset(token, visit.form.exactly("password"), visit.keyring, visit.now))
    if errors:
        return visit.again(CHOOSE, errors, email=email)
    response = visit.to(SIGN_IN, "password_set")
    visit.cookies.drop(response, "session")
    return response


ENTRIES = (show, ask, choose, put)
