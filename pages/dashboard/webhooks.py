"""Settings > Webhooks: the endpoints that events are sent to."""

from collections.abc import Collection

from starlette.responses import Response

from pages.dashboard.once import first
from pages.dashboard.routing import get, post
from pages.dashboard.visit import Visit
from pages.forms import Errors
from rules import text
from rules.errors import Refused
from rules.events import CERTIFICATE_KINDS, SAMPLE_CODE
from rules.webhooks import Webhook
from services import events, webhooks
from services.webhooks import NewSecret, Wanted

FOLDER = "/settings/webhooks"
ONE = f"{FOLDER}/{{webhook_id}}"
MEANINGS = {
    "certificate.issued": "issued: a certificate was issued, also by renewing another",
    "certificate.claimed": "claimed: its holder claimed it",
    "certificate.revoked": "revoked: it was withdrawn",
    "certificate.expiring": "expiring: it expires within 30 days",
    "certificate.expired": "expired: it has expired",
}
OUTSIDE = "Begins with https://, and can be reached from outside."
ANYWHERE = "Begins with https:// or http://, and can be reached from the machine that this service runs on."
EVENTS = [(kind, MEANINGS[kind]) for kind in CERTIFICATE_KINDS]


def state(webhook: Webhook) -> tuple[str, str]:
    """How an endpoint fares: the kind of sign and the word for it."""
    if not webhook.enabled:
        word = {"gone": "Disabled: it is gone", "failing": "Disabled: it failed"}.get(webhook.disabled_reason or "")
        return ("bad", word) if word else ("past", "Disabled")
    return ("waiting", "Failing") if webhook.failing_since else ("good", "Enabled")


def shown_url(webhook: Webhook, visit: Visit) -> str:
    """An endpoint's address. What follows its question mark may be a password, and is for owners."""
    before, question, _ = webhook.url.partition("?")
    return webhook.url if visit.session.role == "owner" or not question else f"{before}?…"


async def of(visit: Visit) -> Webhook:
    """The endpoint that the address names."""
    return await visit.work(webhooks.read(visit.organization.id, visit.uuid("webhook_id")))


@get(FOLDER)
async def show(visit: Visit) -> Response:
    """The endpoints, newest first."""
    found = await visit.work(webhooks.list_all(visit.organization.id))
    rows = [(each, shown_url(each, visit), state(each)) for each in found]
    return visit.page("dashboard/webhooks.html", rows=rows, any_enabled=any(each.enabled for each in found))


@post(f"{FOLDER}/test", role="editor")
async def send_test(visit: Visit) -> Response:
    """A sample event goes to every enabled endpoint."""
    await visit.gate.may_send_test(visit.organization.id)
    sent = await visit.work(events.send_test(visit.caller, visit.now))
    return visit.to(FOLDER, "test_sent" if sent.endpoints else "test_not_sent")


@get(f"{FOLDER}/new", role="owner")
async def ask(visit: Visit) -> Response:
    """The form for a new endpoint."""
    return await _form(visit, "new", [], Errors(), sample_code=SAMPLE_CODE)


@post(f"{FOLDER}/new", role="owner")
async def create(visit: Visit) -> Response:
    """A new endpoint with its secret, in this answer and nowhere else."""
    errors, made = await _checked(visit), None
    if not errors:
        with errors.caught():
            made = await first(visit, lambda: _made(visit))
    if errors:
        return await _form(visit, "new", visit.form.several("events"), errors)
    if made is None:
        return visit.to(FOLDER, "webhook_made_before")
    return with_secret(visit, made, is_new=True)


@get(f"{ONE}/edit", role="owner")
async def ask_for_change(visit: Visit) -> Response:
    """The form with what is so now."""
    present = await of(visit)
    form = {
        "url": present.url,
        "description": present.description or "",
        "which": "all" if present.events is None else "some",
    }
    return await _form(visit, "edit", present.events or (), Errors(), webhook=present, form=form)


@post(f"{ONE}/edit", role="owner")
async def change(visit: Visit) -> Response:
    """The endpoint after a change."""
    present, errors = await of(visit), await _checked(visit)
    if not errors:
        wanted = _wanted(visit)
        members = {"url": wanted.url, "events": wanted.events, "description": wanted.description}
        if wanted.url == present.url:
            del members["url"]  # at the same address it may have been failing for long
        with errors.caught():
            await visit.work(webhooks.update(visit.caller, present.id, members, visit.now))
    if errors:
        return await _form(visit, "edit", visit.form.several("events"), errors, webhook=present)
    return visit.to(f"{FOLDER}/{present.id}", "webhook_saved")


def with_secret(visit: Visit, made: NewSecret, *, is_new: bool) -> Response:
    """The page that shows an endpoint's new secret."""
    return visit.page("dashboard/webhook_secret.html", webhook=made.webhook, secret=made.secret, is_new=is_new)


async def _form(visit: Visit, task: str, chosen: Collection[str], errors: Errors, **facts: object) -> Response:
    template, status = f"dashboard/webhook_{task}.html", 422 if errors else 200
    hint = ANYWHERE if await _takes_private(visit) else OUTSIDE
    return visit.page(template, status, errors=errors, events=EVENTS, chosen=chosen, url_hint=hint, **facts)


async def _checked(visit: Visit) -> Errors:
    """What is wrong with an address or a choice of events, before anything is written."""
    errors, url = Errors(), visit.form.text("url")
    schemes = ("https://", "http://") if await _takes_private(visit) else ("https://",)
    if fault := _misspelt(url, schemes):
        errors["url"] = fault
    else:
        with errors.caught():
            await visit.gate.may_receive(url)
    if visit.form.text("which") == "some" and not visit.form.several("events"):
        errors["events"] = "Choose at least one event, or all of them."
    return errors


async def _takes_private(visit: Visit) -> bool:
    """Whether endpoints may be http and within: asked of whoever decides, so that no page says otherwise."""
    try:
        await visit.gate.may_receive("http://127.0.0.1/")
    except Refused:
        return False
    return True


def _misspelt(url: str, schemes: tuple[str, ...]) -> str:
    """Why this is no address at all, told as one would at a desk; nothing where it is one."""
    if not url:
        return "Enter the address."
    if not url.lower().startswith(schemes):
        return f"The address has to begin with {' or '.join(schemes)}"
    try:
        text.web_address(url[: text.LONGEST_WEB_ADDRESS], field="url")
    except Refused:
        return "Enter a whole address, such as https://example.com/webhook, without blanks and without a password."
    return ""


def _wanted(visit: Visit) -> Wanted:
    chosen = visit.form.several("events") if visit.form.text("which") == "some" else None
    return Wanted(visit.form.text("url"), chosen, visit.form.optional("description"))


async def _made(visit: Visit) -> NewSecret:
    return await webhooks.create(visit.caller, _wanted(visit), visit.keyring, visit.now)


ENTRIES = (show, send_test, ask, create, ask_for_change, change)
