"""Settings > API: the keys by which programs of the academy act."""

from uuid import UUID

from starlette.responses import Response

from pages.dashboard.once import first
from pages.dashboard.routing import get, post
from pages.dashboard.visit import Visit
from pages.forms import Errors
from rules.api_keys import MARK
from rules.errors import Refused
from services import api_keys
from services.api_keys import KeyCard, NewKey

FOLDER = "/settings/api"


@get(FOLDER)
async def show(visit: Visit) -> Response:
    """The keys, those in use first."""
    keys = await visit.work(api_keys.list_of(visit.organization.id))
    in_use = [key for key in keys if key.revoked_at is None]
    revoked = [key for key in keys if key.revoked_at is not None]
    return visit.page("dashboard/keys.html", in_use=in_use, revoked=revoked, mark=MARK)


@get(f"{FOLDER}/new", role="owner")
async def ask(visit: Visit) -> Response:
    """The form for a new key."""
    return visit.page("dashboard/key_new.html")


@post(f"{FOLDER}/new", role="owner")
async def create(visit: Visit) -> Response:
    """The new key, in this answer and nowhere else."""
    errors, made = Errors(), None
    if not visit.form.text("name"):
        errors["name"] = "Enter the key’s name."
    else:
        with errors.caught():
            made = await first(visit, lambda: _made(visit))
    if errors:
        return visit.page("dashboard/key_new.html", 422, errors=errors)
    if made is None:
        return visit.to(FOLDER, "key_made_before")
    return visit.page("dashboard/key_made.html", secret=made.secret, name=visit.form.text("name"), key_id=made.id)


@get(f"{FOLDER}/{{key_id}}/revoke", role="owner")
async def ask_to_revoke(visit: Visit) -> Response:
    """What stops working with a key."""
    key = await _key(visit, visit.uuid("key_id"))
    if key.revoked_at is not None:
        return visit.to(FOLDER, "key_revoked_before")
    return visit.page("dashboard/key_revoke.html", key=key, mark=MARK)


@post(f"{FOLDER}/{{key_id}}/revoke", role="owner")
async def revoke(visit: Visit) -> Response:
    """The key is refused from now on."""
    await visit.work(api_keys.revoke(visit.caller, visit.uuid("key_id"), visit.now))
    return visit.to(FOLDER, "key_revoked")


async def _made(visit: Visit) -> NewKey:
    return await api_keys.create(visit.caller, visit.form.text("name"), visit.now)


async def _key(visit: Visit, key_id: UUID) -> KeyCard:
    for key in await visit.work(api_keys.list_of(visit.organization.id)):
        if key.id == key_id:
            return key
    raise Refused("not_found", "There is no such key in this academy.")


ENTRIES = (show, ask, create, ask_to_revoke, revoke)
