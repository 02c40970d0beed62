"""The team: who is in it, who is invited, and as what. Owners decide."""

from starlette.responses import Response

from pages.dashboard.routing import get, post
from pages.dashboard.visit import Visit
from pages.forms import Errors
from services import accounts, memberships
from services.memberships import Member

HERE = "/settings/team"
ONE = f"{HERE}/{{member_id}}"


@get(HERE)
async def show(visit: Visit) -> Response:
    """Everybody in the team, and for owners a form to invite others."""
    return visit.page("dashboard/team.html", members=await _members(visit))


@post(HERE, role="owner")
async def invite(visit: Visit) -> Response:
    """Somebody is asked by mail to join."""
    errors, form = Errors(), visit.form
    with errors.caught():
        inviter = visit.session.user.name
        await visit.work(accounts.invite(visit.caller, form.text("email"), form.text("role"), inviter, visit.now))
    if errors:
        return visit.again("dashboard/team.html", errors, members=await _members(visit))
    return visit.to(HERE, "invited")


@get(ONE, role="owner")
async def show_one(visit: Visit) -> Response:
    """One person: another role, out of the team, or invited again."""
    return visit.page("dashboard/member.html", member=await _member(visit))


@post(f"{ONE}/role", role="owner")
async def change_role(visit: Visit) -> Response:
    """Another role, from the next request on."""
    errors = Errors()
    with errors.caught():
        role = visit.form.text("role")
        await visit.work(memberships.change_role(visit.caller, visit.uuid("member_id"), role, visit.now))
    return await _one_again(visit, errors) if errors else visit.to(HERE, "role_changed")


@post(f"{ONE}/remove", role="owner")
async def remove(visit: Visit) -> Response:
    """Out of the team at once, or an invitation withdrawn."""
    errors, member = Errors(), await _member(visit)
    with errors.caught():
        await visit.work(memberships.remove(visit.caller, member.id, visit.now))
    if errors:
        return await _one_again(visit, errors)
    return visit.to(HERE, "member_removed" if member.accepted_at else "invitation_withdrawn")


@post(f"{ONE}/invite-again", role="owner")
async def invite_again(visit: Visit) -> Response:
    """The mail once more, with a link that is good for another week."""
    errors, inviter = Errors(), visit.session.user.name
    with errors.caught():
        await visit.work(accounts.invite_again(visit.caller, visit.uuid("member_id"), inviter, visit.now))
    return await _one_again(visit, errors) if errors else visit.to(HERE, "invited_again")


async def _members(visit: Visit) -> list[Member]:
    return await visit.work(memberships.list_of(visit.organization.id))


async def _member(visit: Visit) -> Member:
    return await visit.work(memberships.read(visit.organization.id, visit.uuid("member_id")))


async def _one_again(visit: Visit, errors: Errors) -> Response:
    return visit.again("dashboard/member.html", errors, member=await _member(visit))


ENTRIES = (show, invite, show_one, change_role, remove, invite_again)
