"""An academy where each line of the corpus is somebody's name, and what it may not have done to a page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from playwright.sync_api import Page

from services import api_keys, memberships, organizations
from services.callers import Caller
from tests.academies import Academy
from tests.browser.corpus import LINES
from tests.browser.world import World
from tests.claiming import token_for
from tests.endpoints import NOBODYS, register

PLAIN = "Jane Doe"
OWNER = "harriet@example.com"


@dataclass(frozen=True)
class Named:
    """What bears one line in every place that takes one: two certificates of a course, the second revoked."""

    line: str
    address: str
    course_id: str
    code: str
    revoked: str
    token: str


@dataclass(frozen=True)
class Gallery:
    """All of it, and the academy that it is in."""

    world: World
    academy: Academy
    named: Sequence[Named]

    def call(self, line: str) -> None:
        """The academy, and whoever signs for it, are called so from now on."""
        change = {"name": line, "signatory_name": line, "signatory_title": line}
        self.world.apart(partial(organizations.update, Caller(self.academy.id), change, datetime.now(UTC)))


def gallery(world: World) -> Gallery:
    """The plain name first, then every line."""
    made = world.installation.organization(PLAIN)
    academy = replace(world.academy, id=UUID(made["organization_id"]), key=made["api_key"])
    world.person(OWNER, academy.id)
    named = [_named(academy, number, line) for number, line in enumerate((PLAIN, *LINES))]
    world.apart(partial(_more, academy))
    return Gallery(world, academy, named)


def _named(academy: Academy, number: int, line: str) -> Named:
    texts = {"name": line, "description": f"{line}\n\n{line}", "criteria_narrative": line}
    course = academy.course(**texts, qualification_label=line[:100], validity_period_months=12, eqf_level=5)
    address = f"holder{number}@example.com"
    issued = academy.issue(course["id"], holder_name=line, holder_email=address)
    revoked = academy.issue(course["id"], holder_name=line, notify=False)["code"]
    assert academy.revoke(revoked, reason=f"{line}\n{line}").status_code == 200
    if number % 2:  # an academy has fifty endpoints at most
        register(academy, NOBODYS, description=line)
    return Named(issued["holder_name"], address, course["id"], issued["code"], revoked, token_for(issued))


async def _more(academy: Academy) -> None:
    """Keys and people who are called so too."""
    caller, now = Caller(academy.id), datetime.now(UTC)
    for number, line in enumerate(LINES):
        await api_keys.create(caller, line, now)
        await memberships.add(caller, f"person{number}@example.com", line, "editor", now, is_accepted=True)


def alive(page: Page) -> list[str]:
    """What a line has done to a page: set the canary, brought elements in or sent the reader elsewhere."""
    found: list[str] = page.evaluate(_ALIVE)
    return found


_ALIVE = """() => {
    const named = '[id*="canary" i], [class*="canary" i], [name*="canary" i]';
    const leading = ['href', 'src', 'action', 'formaction', 'data', 'poster', 'srcset'].map(
        name => `[${name}*="//canary" i], [${name}^="javascript:" i], [${name}^="data:text" i]`
    );
    const found = document.querySelectorAll(['canary', 'base', 'meta[http-equiv]', named, ...leading].join());
    const listening = [...document.querySelectorAll('*')].filter(
        each => [...each.attributes].some(attribute => attribute.name.startsWith('on'))
    );
    const told = [...found, ...listening].map(each => each.outerHTML.slice(0, 300).toWellFormed());
    return 'canary' in window ? [...told, 'window.canary is set'] : told;
}"""


def elements(page: Page) -> list[str]:
    """A page's elements in their order: the same whatever the text in them."""
    found: list[str] = page.evaluate("() => [...document.querySelectorAll('*')].map(each => each.localName)")
    return found


def shows(page: Page, line: str) -> bool:
    """Whether a line stands on a page to the letter, as text or in a field."""
    return bool(page.evaluate(_SHOWS, line))


_SHOWS = """line => document.body.textContent.includes(line)
    || [...document.querySelectorAll('input, textarea')].some(each => each.value.includes(line))"""


def linked_markup(page: Page) -> list[Any]:
    """What search engines read of a page."""
    found: list[Any] = page.evaluate(
        "() => [...document.querySelectorAll('script[type=\"application/ld+json\"]')].map(each => JSON.parse(each.text))"
    )
    return found
