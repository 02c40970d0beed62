"""People who sign in to the dashboard, as a test sees them: somebody in an academy's team, with a browser of their own."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from rules.roles import Role
from services import memberships, password_hashes, sessions, users
from services.callers import Caller
from services.keyring import Keyring
from tests.academies import Academy
from tests.databases import Database
from tests.installation import SECRET, Installation

Files = Mapping[str, tuple[str, bytes, str]]
"""By field: name, content and media type."""
KEYRING = Keyring(SECRET)
COOKIE = "truecerta-session"
PASSWORD, OTHER_PASSWORD = "three short words", "four other short words"
_CSRF = re.compile('name="csrf" value="([^"]+)"')


@dataclass(frozen=True)
class Somebody:
    """A person in a team."""

    id: UUID
    member_id: UUID
    email: str


class Browser:
    """A browser: keeps cookies, and sends forms as a page of ours would. Paths are those below /dashboard."""

    def __init__(self, web: httpx.Client) -> None:
        self.web = web
        self._csrf = ""

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Open a page."""
        return self.web.get(f"/dashboard{path}", **options)

    def post(
        self, path: str, *, files: Files | None = None, headers: Mapping[str, str] | None = None, **fields: Any
    ) -> httpx.Response:
        """Send a form with a token of this visitor's, and answer without going on to where that leads."""
        form = {"csrf": self.csrf(), **fields}
        return self.web.post(f"/dashboard{path}", data=form, files=files, headers=headers)

    def done(self, path: str, *, files: Files | None = None, **fields: Any) -> httpx.Response:
        """Send a form that is taken, and go on to the page that it leads to."""
        answer = self.post(path, files=files, **fields)
        assert answer.status_code == 303, answer.text
        return self.web.get(answer.headers["location"])

    def csrf(self) -> str:
        """A token that forms of this visitor carry."""
        if not self._csrf:
            self._csrf = csrf_in(self.get("/account" if self.web.cookies.get(COOKIE) else "/sign-in"))
        return self._csrf

    def forget_csrf(self) -> None:
        """Take a fresh token next time: the visitor has become another."""
        self._csrf = ""


def csrf_in(page: httpx.Response) -> str:
    """The token in a page's form."""
    found = _CSRF.search(page.text)
    assert found is not None, page.text
    return found[1]


def member(database: Database, organization_id: UUID, role: Role = "owner", **more: Any) -> Somebody:
    """Somebody new in a team; with `password=` one who can sign in by it. Other words: `email`, `name`."""
    email = more.get("email") or f"jane.{uuid4().hex[:12]}@example.com"

    async def joined() -> Somebody:
        now, caller = datetime.now(UTC), Caller(organization_id)
        made = await memberships.add(caller, email, more.get("name", "Jane Doe"), role, now, is_accepted=True)
        if "password" in more:
            assert await users.put_password(made.user_id, None, await password_hashes.make(more["password"]))
        return Somebody(made.user_id, made.id, email)

    return database.run(joined)


def session_of(database: Database, somebody: Somebody, organization_id: UUID) -> str:
    """What the cookie of somebody holds who has just signed in."""
    return database.run(lambda: sessions.start(somebody.id, organization_id, KEYRING, datetime.now(UTC)))


@contextmanager
def visiting(installation: Installation, token: str | None = None) -> Iterator[Browser]:
    """A browser of somebody who is signed in, or of a stranger."""
    with installation.client(trust_env=False) as web:
        if token is not None:
            web.cookies.set(COOKIE, token, domain="127.0.0.1")
        yield Browser(web)


@contextmanager
def signed_in(installation: Installation, academy: Academy, role: Role = "owner") -> Iterator[Browser]:
    """The browser of somebody new in an academy's team."""
    somebody = member(academy.database, academy.id, role)
    with visiting(installation, session_of(academy.database, somebody, academy.id)) as browser:
        yield browser
