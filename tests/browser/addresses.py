"""Every page that there is: the dashboard's from its routes, the public ones in each of their states."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pages.dashboard import ENTRIES
from tests.agreement import CONTRACT
from tests.browser.world import NEWCOMER, OWNER

NOBODY = ""
PICTURE = ".png"
LANGUAGES = ("en", "nl")


@dataclass(frozen=True)
class Address:
    """A page as one comes to it; `path` names parts by what the world has in their place."""

    name: str
    path: str
    who: str = NOBODY
    status: int = 200

    def at(self, places: Mapping[str, str]) -> str:
        """The address in a world; a part that the world has nothing for is a KeyError."""
        return self.path.format(**places)


# What the parts of the dashboard's addresses are called, the world calls alike; but there are tokens of several kinds.
_A_TOKEN = re.compile(r"(\w+)/\{token\}")
VERDICTS = ("valid", "never_expires", "expired", "renewed", "revoked")
_CLAIMS = {"open": 200, "used": 200, "expired": 410, "revoked": 409, "wrong": 422}
_MORE = (
    # What a route shows besides its first page.
    Address("certificates found", "/dashboard/certificates?q=Jane", OWNER),
    Address("certificates not found", "/dashboard/certificates?q=nobody-is-called-so", OWNER),
    Address("certificates revoked", "/dashboard/certificates?status=revoked", OWNER),
    Address("nothing in the dashboard", "/dashboard/nothing-here", OWNER, 404),
    Address("no such course", "/dashboard/courses/00000000-0000-4000-8000-000000000000", OWNER, 404),
)


def public() -> Iterator[Address]:
    """What strangers see, in one language and the other."""
    for language in LANGUAGES:
        spoken = f"?lang={language}"
        yield Address(f"home {language}", f"/{spoken}")
        yield Address(f"verify form {language}", f"/v{spoken}")
        for verdict in VERDICTS:
            yield Address(f"verify {verdict} {language}", f"/v/{{{verdict}}}{spoken}")
        yield Address(f"verify claimed {language}", f"/v/{{claimed}}{spoken}")
        yield Address(f"verify form empty {language}", f"/v{spoken}&code=", status=422)
        yield Address(f"verify unknown {language}", f"/v/TRC-XXX-26-ZZZZZZ{spoken}", status=404)
        yield Address(f"lost mail {language}", f"/v/{{valid}}/lost-mail{spoken}")
        for claim, status in _CLAIMS.items():
            yield Address(f"claim {claim} {language}", f"/claim/{{claim_{claim}}}{spoken}", status=status)
        yield Address(f"nothing {language}", f"/nothing-here{spoken}", status=404)


def docs() -> Iterator[Address]:
    """The reference: a page for each tag of the contract, and those beside them."""
    yield Address("docs", "/docs")
    tags = [tag["name"].lower().replace(" ", "-") for tag in CONTRACT["tags"]]
    for page in (*tags, "receiving", "errors", "schemas"):
        yield Address(f"docs {page}", f"/docs/{page}")
    yield Address("docs nothing", "/docs/nothing-here", status=404)


def dashboard() -> Iterator[Address]:
    """Whatever the dashboard answers GET to: as its owner sees it, and as a newcomer where it needs nothing to be there."""
    for entry in ENTRIES:
        if entry.method != "GET" or entry.path.endswith(PICTURE):
            continue
        path = _A_TOKEN.sub(r"\1/{\1_token}", f"/dashboard{entry.path.rstrip('/')}")
        yield Address(f"{entry.path}", path, NOBODY if entry.role is None else OWNER)
        if entry.role is not None and "{" not in path:
            yield Address(f"{entry.path} of a newcomer", path, NEWCOMER)


def pictures() -> Iterator[Address]:
    """What the dashboard's pages show, and is no page."""
    for entry in ENTRIES:
        if entry.path.endswith(PICTURE):
            yield Address(entry.path, f"/dashboard{entry.path}", OWNER)


def everything() -> list[Address]:
    """All of them, each under its own name."""
    found = [*public(), *docs(), *dashboard(), *_MORE]
    assert len({each.name for each in found}) == len(found)
    return found
