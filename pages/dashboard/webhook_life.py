"""What else happens to an endpoint: it gets another secret, is disabled and enabled, and goes."""

from datetime import timedelta

from starlette.responses import Response

from pages.dashboard.once import first
from pages.dashboard.routing import get, post
from pages.dashboard.visit import Visit
from pages.dashboard.webhooks import FOLDER, ONE, of, with_secret
from pages.forms import Errors
from services import webhooks
from services.webhooks import NewSecret

OVERLAPS = {
    "86400": "for a day",
    "3600": "for an hour",
    "259200": "for three days",
    "604800": "for a week",
    "0": "not at all: it is in wrong hands",
}
"""For how many seconds an old secret may sign beside the new one, the usual time first."""


@get(f"{ONE}/rotate", role="owner")
async def ask_to_rotate(visit: Visit) -> Response:
    """What a new secret means, and for how long the old one stays."""
    return visit.page("dashboard/webhook_rotate.html", webhook=await of(visit), overlaps=OVERLAPS.items())


@post(f"{ONE}/rotate", role="owner")
async def rotate(visit: Visit) -> Response:
    """The new secret, in this answer and nowhere else."""
    present, errors = await of(visit), Errors()
    if visit.form.text("overlap") not in OVERLAPS:
        errors["overlap"] = "Choose one of these times."
        overlaps = OVERLAPS.items()
        return visit.page("dashboard/webhook_rotate.html", 422, webhook=present, overlaps=overlaps, errors=errors)
    made = await first(visit, lambda: _rotated(visit))
    if made is None:
        return visit.to(f"{FOLDER}/{present.id}", "secret_made_before")
    return with_secret(visit, made, is_new=False)


@post(f"{ONE}/enable", role="owner")
async def enable(visit: Visit) -> Response:
    """It is sent events again."""
    enabled = await visit.work(webhooks.enable(visit.caller, visit.uuid("webhook_id"), visit.now))
    return visit.to(f"{FOLDER}/{enabled.id}", "webhook_enabled")


@get(f"{ONE}/disable", role="owner")
async def ask_to_disable(visit: Visit) -> Response:
    """What is missed meanwhile."""
    return visit.page("dashboard/webhook_disable.html", webhook=await of(visit))


@post(f"{ONE}/disable", role="owner")
async def disable(visit: Visit) -> Response:
    """It is sent nothing more."""
    disabled = await visit.work(webhooks.disable(visit.caller, visit.uuid("webhook_id"), visit.now))
    return visit.to(f"{FOLDER}/{disabled.id}", "webhook_disabled")


@get(f"{ONE}/delete", role="owner")
async def ask_to_delete(visit: Visit) -> Response:
    """What goes with it."""
    return visit.page("dashboard/webhook_delete.html", webhook=await of(visit))


@post(f"{ONE}/delete", role="owner")
async def delete(visit: Visit) -> Response:
    """It is gone."""
    await visit.work(webhooks.delete(visit.caller, visit.uuid("webhook_id"), visit.now))
    return visit.to(FOLDER, "webhook_deleted")


async def _rotated(visit: Visit) -> NewSecret:
    overlap = timedelta(seconds=int(visit.form.text("overlap")))
    return await webhooks.rotate_secret(visit.caller, visit.uuid("webhook_id"), overlap, visit.keyring, visit.now)


ENTRIES = (ask_to_rotate, rotate, enable, ask_to_disable, disable, ask_to_delete, delete)
