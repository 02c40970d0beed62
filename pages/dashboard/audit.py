"""The audit log: who did what, and what was so before and after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from pages.dashboard import cursors
from pages.dashboard.routing import get
from pages.dashboard.visit import Visit
from pages.origin import DASHBOARD
from rules import instants
from rules.errors import Refused
from services import audit
from services.audit import Entry

FOLDER = "/audit"
A_PAGE = 50
WORDS = {
    "issue_certificate": "issued a certificate",
    "update_certificate": "corrected a certificate",
    "revoke_certificate": "revoked a certificate",
    "renew_certificate": "renewed a certificate",
    "resend_claim": "sent the claim link again",
    "create_course": "created a course",
    "update_course": "changed a course",
    "create_api_key": "created an API key",
    "revoke_api_key": "revoked an API key",
    "create_webhook": "added an endpoint",
    "update_webhook": "changed an endpoint",
    "delete_webhook": "deleted an endpoint",
    "enable_webhook": "enabled an endpoint",
    "disable_webhook": "disabled an endpoint",
    "rotate_webhook_secret": "replaced an endpoint’s secret",
    "create_organization": "created the academy",
    "update_organization": "changed the academy’s settings",
    "set_logo": "changed the academy’s logo",
    "change_letters": "changed the letters of the academy’s codes",
    "assign_plan": "changed the academy’s plan",
    "add_member": "added somebody to the team",
    "invite_member": "invited somebody to the team",
    "change_role": "changed somebody’s role",
    "remove_member": "removed somebody from the team",
    "accept_invitation": "joined the team",
    "change_password": "changed their own password",
    "reset_password": "set a new password by a link from an email",
    "send_test_webhook": "sent a test to the endpoints",
    "redeliver": "sent an event to an endpoint again",
    "redeliver_range": "sent events to an endpoint again",
}
"""What was done, as one tells it."""
PLACES = {
    "certificate": "/certificates",
    "claim": "/certificates",
    "course": "/courses",
    "webhook": "/settings/webhooks",
    "redeliver": "/settings/webhooks",
}
"""Where one sees what something was done to, by a word of the action."""
Told = str | datetime


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the log shows it; `changes` are the members that were told, each as it was and as it is."""

    entry: Entry
    words: str
    about: str
    path: str
    changes: Sequence[tuple[str, Told, Told]]


@get(FOLDER)
async def show(visit: Visit) -> Response:
    """The entries, newest first."""
    before = cursors.beginning(visit)
    page = await visit.work(audit.page(visit.organization.id, before, A_PAGE))
    older = {cursors.PARAMETER: instants.show(page.items[-1].at)} if page.has_more else None
    return visit.page(
        "dashboard/audit.html",
        lines=[line(each) for each in page.items],
        newest=cursors.first(FOLDER, {}) if before else "",
        older=cursors.first(FOLDER, older) if older else "",
    )


def line(entry: Entry) -> Line:
    """An entry in plain words."""
    words = WORDS.get(entry.action) or entry.action.replace("_", " ")
    return Line(entry, words, _about(entry), _path(entry), _changes(entry.before, entry.after))


def _about(entry: Entry) -> str:
    """What it was done to: a certificate by its code, anything else by the name, mail or address it has or had."""
    if entry.action.endswith("certificate") or entry.action == "resend_claim":
        return entry.subject
    told = {**entry.before, **entry.after}
    return next((str(shown(told[name], name)) for name in ("name", "email", "url") if told.get(name)), "")


def _path(entry: Entry) -> str:
    """Where what it was done to is now; nothing for what has no page."""
    words = entry.action.split("_")
    place = next((place for word, place in PLACES.items() if word in words), "")
    return f"{DASHBOARD}{place}/{entry.subject}" if place and not {"delete", "test"} & {*words} else ""


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[tuple[str, Told, Told]]:
    names = list(dict.fromkeys([*before, *after]))
    return [(_named(name), shown(before.get(name), name), shown(after.get(name), name)) for name in names]


def _named(member: str) -> str:
    """A member's name as one says it: "holder_name" is "Holder name"."""
    return "Address" if member == "url" else member.replace("_", " ").capitalize()


def shown(value: object, member: str = "") -> Told:
    """A value as one reads it; a moment as itself, nothing for what is not there, and what was left out of an address.

    >>> shown(["a", "b"]), shown(True), shown(None), shown(12), shown("https://example.com/?", "url")
    ('a, b', 'yes', '', '12', 'https://example.com/?…')
    """
    if value is None:
        return ""
    if member == "url" and str(value).endswith("?"):
        return f"{value}…"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _moment(str(value)) or str(value)


def _moment(written: str) -> datetime | None:
    try:
        return instants.parse(written, "")
    except Refused:
        return None


ENTRIES = (show,)
