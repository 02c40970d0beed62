"""One's own account: name, password, where else one is signed in, and the academies one works for."""

from uuid import UUID

from starlette.responses import Response

from pages.dashboard.routing import get, post
from pages.dashboard.visit import Visit
from pages.forms import Errors
from rules.errors import Refused
from services import sessions, users

HERE = "/account"


@get(HERE)
async def show(visit: Visit) -> Response:
    """All of it on one page."""
    return await _page(visit, Errors())


@post(f"{HERE}/name", role="viewer")
async def rename(visit: Visit) -> Response:
    """Called otherwise from now on."""
    errors = Errors()
    with errors.caught():
        await visit.work(users.rename(visit.session.user.id, visit.form.text("name")))
    return await _page(visit, errors) if errors else visit.to(HERE, "name_saved")


@post(f"{HERE}/password", role="viewer")
async def change_password(visit: Visit) -> Response:
    """Another password ends every session; this visitor goes on with a new one."""
    errors, user = Errors(), visit.session.user
    present, wanted = visit.form.exactly("password"), visit.form.exactly("new_password")
    with errors.caught():
        await visit.gate.may_confirm(user.id)
        await visit.work(users.change_password(user.id, present, wanted, visit.now))
    if errors:
        return await _page(visit, errors)
    token = await visit.work(sessions.start(user.id, visit.organization.id, visit.keyring, visit.now))
    response = visit.to(HERE, "password_changed")
    visit.cookies.set(response, "session", token)
    return response


@post(f"{HERE}/sign-out-others", role="viewer")
async def end_others(visit: Visit) -> Response:
    """Signed out everywhere else."""
    await visit.work(sessions.end_others(visit.session))
    return visit.to(HERE, "others_ended")


@post("/switch", role="viewer")
async def switch(visit: Visit) -> Response:
    """Work for another academy of one's own."""
    try:
        organization_id = UUID(visit.form.text("organization_id"))
    except ValueError:
        raise Refused("not_found", "You are not in this academy's team.") from None
    await visit.work(sessions.switch(visit.session, organization_id, visit.now))
    return visit.to("/", "switched")


async def _page(visit: Visit, errors: Errors) -> Response:
    elsewhere = await visit.work(sessions.count_of_others(visit.session, visit.now))
    template = "dashboard/account.html"
    return visit.again(template, errors, elsewhere=elsewhere) if errors else visit.page(template, elsewhere=elsewhere)


ENTRIES = (show, rename, change_password, end_others, switch)
