"""Every entry of the dashboard against everybody: no viewer changes anything, no stranger sees anything."""

import re
from collections.abc import Iterable

import httpx
import pytest

from pages.dashboard import ENTRIES
from pages.dashboard.routing import Entry
from rules import roles
from rules.roles import Role
from tests.pages.dashboard.world import SECRET_WORD, Side, World, changed, picture_of
from tests.people import Browser, visiting

OWN = {
    "/sign-out",
    "/switch",
    "/account/name",
    "/account/password",
    "/account/sign-out-others",
}
"""What a viewer may do: it concerns nobody else."""
FOR_ANYONE = {"/sign-in", "/reset", "/reset/{token}", "/invitation/{token}"}
_PARAM = re.compile(r"{(\w+)}")
STRANGERS = pytest.mark.parametrize("cookie", [None, "e30.e30.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "nonsense"])


def address(entry: Entry, side: Side) -> str:
    """The entry's path, with what this side has."""
    return _PARAM.sub(lambda found: side.params[found[1]], entry.path)


def asked(browser: Browser, entry: Entry, side: Side) -> httpx.Response:
    """The entry asked as its page would; forms are otherwise empty."""
    path = "" if entry.path == "/" else address(entry, side)
    return browser.get(path) if entry.method == "GET" else browser.post(path)


def beyond(role: Role) -> Iterable[Entry]:
    """The entries that somebody of this role may not use."""
    return [entry for entry in ENTRIES if entry.role is not None and not roles.may(role, entry.role)]


def reason(answer: httpx.Response) -> str:
    """The heading of a page."""
    found = re.search("<h1>(.*?)</h1>", answer.text, re.DOTALL)
    return found[1] if found else ""


def test_what_changes_the_academy_asks_for_more_than_a_viewer() -> None:
    posts = {entry.path: entry.role for entry in ENTRIES if entry.method == "POST"}
    assert {path for path, role in posts.items() if role == "viewer"} == OWN
    assert {path for path, role in posts.items() if role is None} == FOR_ANYONE
    assert {entry.path for entry in ENTRIES if entry.role is None} == FOR_ANYONE


@STRANGERS
def test_a_stranger_sees_and_changes_nothing(world: World, cookie: str | None) -> None:
    before, wrong = picture_of(world.database), []
    with visiting(world.installation) as browser:
        browser.csrf()  # of the form to sign in: it is good for no other visitor
        if cookie is not None:
            browser.web.cookies.set("truecerta-session", cookie, domain="127.0.0.1")
        for entry in ENTRIES:
            answer = asked(browser, entry, world.own)
            if SECRET_WORD in answer.text or answer.headers["cache-control"] != "no-store":
                wrong.append((entry.method, entry.path, "seen"))
            if entry.role is not None and not turned_away(entry, answer):
                wrong.append((entry.method, entry.path, f"{answer.status_code} {reason(answer)}"))
    assert wrong == []
    assert changed(before, picture_of(world.database)) == {}


def turned_away(entry: Entry, answer: httpx.Response) -> bool:
    """Told to sign in: led there by a page, asked to do so where a form was sent."""
    if entry.method == "GET":
        return answer.status_code == 303 and answer.headers["location"].startswith("/dashboard/sign-in?next=")
    return answer.status_code == 403 and reason(answer) == "You were signed out meanwhile"


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_nobody_does_more_than_the_role_allows(world: World, role: Role) -> None:
    with visiting(world.installation, world.own.token(role)) as browser:
        browser.csrf()
        before = picture_of(world.database)
        answers = [(entry, asked(browser, entry, world.own)) for entry in beyond(role)]
    wrong = [
        (entry.method, entry.path, answer.status_code, reason(answer))
        for entry, answer in answers
        if answer.status_code != 403 or reason(answer) != "Your role does not allow this"
    ]
    assert wrong == []
    assert len(answers) > 5
    assert changed(before, picture_of(world.database)) == {}


@pytest.mark.parametrize("role", ["viewer", "editor", "owner"])
def test_looking_changes_nothing(world: World, role: Role) -> None:
    pages = [
        entry for entry in ENTRIES if entry.method == "GET" and entry.role is not None and roles.may(role, entry.role)
    ]
    token = world.own.token(role)
    with visiting(world.installation, token) as browser:
        before = picture_of(world.database)
        answers = [(entry.path, asked(browser, entry, world.own)) for entry in pages]
    assert [(path, answer.status_code) for path, answer in answers if answer.status_code != 200] == []
    assert [path for path, answer in answers if answer.headers["cache-control"] != "no-store"] == []
    assert changed(before, picture_of(world.database)) == {}


def test_an_owner_of_another_academy_is_a_stranger_here(world: World) -> None:
    about = [entry for entry in ENTRIES if entry.role is not None and {*_PARAM.findall(entry.path)} - {"design"}]
    with visiting(world.installation, world.other.token("owner")) as browser:
        browser.csrf()
        before = picture_of(world.database)
        answers = [(entry, asked(browser, entry, world.own)) for entry in about]
    wrong = [
        (entry.method, entry.path, answer.status_code)
        for entry, answer in answers
        if SECRET_WORD in answer.text
        # A form that is wrong in itself may be told so first: it is the same for whatever is not there.
        or answer.status_code not in ({404} if entry.method == "GET" else {404, 422})
    ]
    assert wrong == []
    assert changed(before, picture_of(world.database)) == {}


def test_whoever_leaves_the_team_is_a_stranger_at_once(world: World) -> None:
    """The row of the session is still there: the membership is what counts."""
    token = world.own.token("viewer")
    somebody = world.own.people["viewer"]
    with visiting(world.installation, token) as browser:
        assert browser.get("/account").status_code == 200
        world.database.rows(
            "UPDATE membership SET accepted_at = NULL WHERE id = $1 RETURNING id", str(somebody.member_id)
        )
        try:
            assert browser.get("/account").status_code == 303
        finally:
            world.database.rows(
                "UPDATE membership SET accepted_at = created_at WHERE id = $1 RETURNING id", str(somebody.member_id)
            )
