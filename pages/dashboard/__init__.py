"""The dashboard: what an academy's people see and do."""

from starlette.routing import BaseRoute

from pages.dashboard import (
    academy,
    account,
    audit,
    certificate,
    certificates,
    courses,
    deliveries,
    invitation,
    keys,
    reset,
    sign_in,
    start,
    team,
    webhook_life,
    webhooks,
)
from pages.dashboard.cookies import Cookies
from pages.dashboard.routing import Entry, routes_of
from pages.dashboard.visit import Surroundings
from pages.gate import Gate
from pages.rendering import Rendering
from printing.printer import Printer
from rules.links import Links
from services.keyring import Keyring

ENTRIES: tuple[Entry, ...] = (
    # Each module's own, one line a module.
    *academy.ENTRIES,
    *account.ENTRIES,
    *audit.ENTRIES,
    *certificate.ENTRIES,
    *certificates.ENTRIES,
    *courses.ENTRIES,
    *deliveries.ENTRIES,
    *invitation.ENTRIES,
    *keys.ENTRIES,
    *reset.ENTRIES,
    *sign_in.ENTRIES,
    *start.ENTRIES,
    *team.ENTRIES,
    *webhook_life.ENTRIES,
    *webhooks.ENTRIES,
)


def routes(rendering: Rendering, gate: Gate, keyring: Keyring, links: Links, printer: Printer) -> list[BaseRoute]:
    """Everything below /dashboard."""
    return routes_of(ENTRIES, Surroundings(rendering, gate, keyring, links, Cookies(links.base), printer))
