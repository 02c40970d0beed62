"""Every entry of the dashboard against everybody: no viewer changes anything, no stranger sees anything."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest

from pages.dashboard import ENTRIES
from pages.dashboard.routing import Entry
from rules import roles
from rules.roles import Role
from tests.pages.dashboard.world import SECRET_WORD, Side, World, changed, picture_of
from tests.people import OTHER_PASSWORD, PASSWORD, Browser, visiting

OWN = {
    "/sign-out",
    "/switch",
    "/account/name",
    "/account/password",
    "/account/sign-out-others",
}
"""What a viewer may do: it concerns nobody else."""
FOR_ANYONE = {"/sign-in", "/reset", "/reset/{token}", "/invitation/{token}"}
_HOLDER = {"holder_name": "Joan Doe", "holder_email": "joan@example.org"}
FORMS: Mapping[str, Mapping[str, str]] = {
    "/settings/academy/profile": {"name": "Other", "email": "other@example.org", "url": ""},
    "/settings/academy/logo": {},
    "/settings/academy/logo/remove": {},
    "/settings/academy/certificates": {
        "certificate_design": "modern",
        "certificate_paper": "letter",
        "certificate_language": "nl",
        "signatory_name": "Joan Doe",
    },
    "/account/name": {"name": "Joan Doe"},
    "/account/password": {"password": PASSWORD, "new_password": OTHER_PASSWORD},
    "/account/sign-out-others": {},
    "/switch": {"organization_id": "{organization_id}"},
    "/certificates/{code}/resend": {},
    "/certificates/{code}/correct": _HOLDER,
    "/certificates/{code}/revoke": {"reason": "Withdrawn"},
    "/certificates/{code}/renew": {"issued_at": ""},
    "/certificates/new": {**_HOLDER, "course_id": "{course_id}", "issued_at": ""},
    "/courses/new": {"name": "Pottery"},
    "/courses/{course_id}/edit": {"name": "Pottery"},
    "/settings/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver": {},
    "/settings/webhooks/{webhook_id}/redeliver": {"span": "24"},
    "/settings/api/new": {"name": "Spare"},
    "/settings/api/{key_id}/revoke": {},
    "/sign-out": {},
    "/settings/team": {"email": "joan@example.org", "role": "owner"},
    "/settings/team/{member_id}/role": {"role": "editor"},
    "/settings/team/{member_id}/remove": {},
    "/settings/team/{member_id}/invite-again": {},
    "/settings/webhooks/{webhook_id}/rotate": {"overlap": "86400"},
    "/settings/webhooks/{webhook_id}/enable": {},
    "/settings/webhooks/{webhook_id}/disable": {},
    "/settings/webhooks/{webhook_id}/delete": {},
    "/settings/webhooks/test": {},
    "/settings/webhooks/new": {"url": "https://127.0.0.1/hooks", "which": "all"},
    "/settings/webhooks/{webhook_id}/edit": {"url": "https://127.0.0.1/hooks", "which": "all"},
}
"""What each form for those signed in is filled in with: right in itself, so that only who asks is a reason to refuse it."""
_PARAM = re.compile(r"{(\w+)}")
STRANGERS = pytest.mark.parametrize("cookie", [None, "e30.e30.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "nonsense"])


def address(entry: Entry, side: Side) -> str:
    """The entry's path, with what this side has."""
    return _PARAM.sub(lambda found: side.params[found[1]], entry.path)


def asked(browser: Browser, entry: Entry, side: Side) -> httpx.Response:
    """The entry asked as its page would, about what this side has."""
    path = "" if entry.path == "/" else address(entry, side)
    return browser.get(path) if entry.method == "GET" else browser.post(path, **filled(entry.path, side))


def filled(path: str, side: Side) -> dict[str, Any]:
    """A form as it is filled in about what this side has."""
    return {name: value.format_map(side.params) for name, value in FORMS.get(path, {}).items()}


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


def test_every_form_for_those_signed_in_is_filled_in() -> None:
    assert FORMS.keys() == {entry.path for entry in ENTRIES if entry.method == "POST" and entry.role is not None}


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
        if SECRET_WORD in answer.text or answer.status_code != 404
    ]
    assert wrong == []
    assert changed(before, picture_of(world.database)) == {}


@pytest.mark.parametrize(
    ("path", "name", "status"), [("/certificates/new", "course_id", 422), ("/switch", "organization_id", 404)]
)
def test_what_another_academy_has_is_nothing_in_a_form(world: World, path: str, name: str, status: int) -> None:
    """Told in the same words as what is nowhere."""
    with visiting(world.installation, world.other.token("owner")) as browser:
        browser.csrf()
        before = picture_of(world.database)
        form = filled(path, world.own)
        answers = [browser.post(path, **form | {name: value}) for value in (form[name], str(uuid4()))]
    assert [answer.status_code for answer in answers] == [status, status]
    told = [[line for line in answer.text.splitlines() if 'name="csrf"' not in line] for answer in answers]
    assert told[0] == told[1]
    assert SECRET_WORD not in answers[0].text
    assert changed(before, picture_of(world.database)) == {}


def test_a_form_is_right_for_whoever_may_send_it(world: World) -> None:
    """Those about nothing in particular, in an academy of its own: so a wrong form is never what turned somebody away."""
    with visiting(world.installation, world.other.token("owner")) as browser:
        for path in ("/courses/new", "/settings/api/new", "/settings/webhooks/new"):
            assert browser.post(path, **filled(path, world.other)).status_code in {200, 303}, path


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
