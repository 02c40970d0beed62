"""The team and one's own account: invited by mail, joined, given a role, removed; a password that is not known any more."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.academies import Academy, found_academy
from tests.databases import Database
from tests.installation import Installation
from tests.pages.dashboard.test_roles import reason
from tests.pages.dashboard.test_sign_in import sign_in
from tests.pages.dashboard.world import World, changed, picture_of
from tests.people import COOKIE, OTHER_PASSWORD, PASSWORD, Browser, csrf_in, member, session_of, signed_in, visiting
from tests.postbox import Postbox, text_of

SHORT, WRONG, COMMON = "short", "not it at all", "password123"
LINK = re.compile(r"http://[0-9.:]+/dashboard(/(?:invitation|reset)/[\w.-]+)")


@pytest.fixture
def owner(delivering: tuple[Installation, Database], sender: Academy) -> Iterator[Browser]:
    """An owner of an academy whose mails arrive."""
    with signed_in(delivering[0], sender, "owner") as browser:
        yield browser


@pytest.fixture
def stranger(delivering: tuple[Installation, Database]) -> Iterator[Browser]:
    """Somebody else's browser."""
    with visiting(delivering[0]) as browser:
        yield browser


def newcomer() -> str:
    return f"nora.{uuid4().hex[:10]}@example.org"


def link_in(postbox: Postbox, recipient: str, number: int = 1) -> str:
    """The path of the one link in the newest mail to somebody."""
    mail = postbox.wait(recipient, number)[-1]
    (path,) = set(LINK.findall(text_of(mail)))
    html = mail.get_body(("html",))
    assert html is not None
    assert set(LINK.findall(html.get_content())) == {path}
    return str(path)


def sent(browser: Browser, path: str, **fields: Any) -> str:
    """Fill in the form of a page that is for anyone, and tell the heading of the page that comes of it."""
    answer = browser.post(path, csrf=csrf_in(browser.get(path)), **fields)
    return reason(browser.web.get(answer.headers["location"]) if answer.status_code == 303 else answer)


def test_somebody_new_is_invited_joins_and_works(owner: Browser, stranger: Browser, postbox: Postbox) -> None:
    email = newcomer()
    page = owner.done("/settings/team", email=email, role="editor")
    assert "The invitation is on its way by email." in page.text
    assert email in page.text
    path = link_in(postbox, email)
    before = stranger.get(path)
    assert before.status_code == 200
    assert before.headers["referrer-policy"] == "strict-origin"
    assert "an editor" in before.text
    assert stranger.get(path).status_code == 200  # scanners of mail open links: it changes nothing
    short = stranger.post(path, csrf=csrf_in(before), name="Nora New", password=SHORT)
    assert short.status_code == 422
    assert "Nora New" in short.text
    joined = stranger.post(path, csrf=csrf_in(before), name="Nora New", password=PASSWORD)
    assert joined.status_code == 303
    account = stranger.get("/account")
    assert "Nora New" in account.text
    assert "Editor" in account.text
    assert stranger.get(path).status_code == 410  # once
    assert "Nora New" in owner.get("/settings/team").text
    stranger.web.cookies.clear()
    assert sign_in(stranger, email).status_code == 303


def test_whoever_has_an_account_joins_with_the_password_there_is(
    owner: Browser, stranger: Browser, sender: Academy, postbox: Postbox
) -> None:
    elsewhere = found_academy(sender.web, sender.database, name="Elsewhere Academy")
    jane = member(sender.database, elsewhere.id, "viewer", password=PASSWORD, name="Zara Zed")
    owner.done("/settings/team", email=jane.email.upper(), role="owner")
    assert "Zara Zed" not in owner.get("/settings/team").text  # nothing is told of an account before its person agrees
    assert sent(stranger, link_in(postbox, jane.email)) == "Sign in"
    assert sign_in(stranger, jane.email).status_code == 303
    account = stranger.get("/account")
    assert "Elsewhere Academy" in account.text
    assert "Work here" in account.text
    stranger.forget_csrf()
    there = stranger.post("/switch", organization_id=str(sender.id))
    assert there.headers["location"] == "/dashboard"
    assert "Invite somebody" in stranger.get("/settings/team").text  # an owner here
    for unknown in (str(uuid4()), "x", ""):
        assert stranger.post("/switch", organization_id=unknown).status_code == 404


@pytest.mark.parametrize("ending", ["remove", "role"])
def test_an_invitation_that_was_withdrawn_or_changed_leads_nowhere(
    owner: Browser, stranger: Browser, postbox: Postbox, ending: str
) -> None:
    email = newcomer()
    team = owner.done("/settings/team", email=email, role="viewer")
    path = link_in(postbox, email)
    one = re.findall(r"/dashboard(/settings/team/[0-9a-f-]{36})", team.text)[-1]
    owner.done(f"{one}/{ending}", role="owner")
    assert stranger.get(path).status_code == 410


def test_an_invitation_is_sent_again_with_a_link_of_its_own(
    owner: Browser, stranger: Browser, postbox: Postbox
) -> None:
    email = newcomer()
    team = owner.done("/settings/team", email=email, role="viewer")
    one = re.findall(r"/dashboard(/settings/team/[0-9a-f-]{36})", team.text)[-1]
    soon = owner.post(f"{one}/invite-again")
    assert soon.status_code == 429  # not before a minute
    link_in(postbox, email)
    assert stranger.get(link_in(postbox, email)).status_code == 200


@pytest.mark.parametrize(
    ("email", "role", "status"),
    [
        ("no address", "viewer", 422),
        ("", "viewer", 422),
        ("jane@example.com", "admin", 422),
        ("\u00e9@example.com", "owner", 422),
    ],
)
def test_an_invitation_that_is_wrong_says_where(world: World, email: str, role: str, status: int) -> None:
    with visiting(world.installation, world.own.token("owner")) as browser:
        before = picture_of(world.database)
        answer = browser.post("/settings/team", email=email, role=role)
        assert answer.status_code == status
        assert 'aria-invalid="true"' in answer.text or "must be one of" in answer.text
        assert changed(before, {**picture_of(world.database), "session": before["session"]}) == {}


def test_nobody_is_invited_twice(world: World) -> None:
    with visiting(world.installation, world.own.token("owner")) as browser:
        known = world.own.people["viewer"].email
        answer = browser.post("/settings/team", email=f" {known.upper()} ", role="viewer")
        assert answer.status_code == 409
        assert "is in the team or invited already" in answer.text


def test_a_role_counts_from_the_next_request_on_and_the_last_owner_stays(
    installation: Installation, academy: Academy
) -> None:
    owner = member(academy.database, academy.id, "owner")
    editor = member(academy.database, academy.id, "editor")
    own_page, page = f"/settings/team/{owner.member_id}", f"/settings/team/{editor.member_id}"
    with (
        visiting(installation, session_of(academy.database, owner, academy.id)) as first,
        visiting(installation, session_of(academy.database, editor, academy.id)) as second,
    ):
        for ending in ("role", "remove"):
            answer = first.post(f"{own_page}/{ending}", role="viewer")
            assert answer.status_code == 409
            assert "has an owner always" in answer.text
        assert second.get(page).status_code == 403
        first.done(f"{page}/role", role="owner")
        assert second.get(page).status_code == 200
        second.done(f"{own_page}/remove")
        assert first.get("/account").status_code == 303
    log = academy.database.rows("SELECT action FROM audit_entry WHERE organization_id = $1", str(academy.id))
    assert {"add_member", "change_role", "remove_member"} <= {row["action"] for row in log}


def test_a_new_password_by_mail_ends_every_session(
    stranger: Browser, delivering: tuple[Installation, Database], sender: Academy, postbox: Postbox
) -> None:
    jane = member(sender.database, sender.id, "viewer", password=PASSWORD)
    with visiting(delivering[0], session_of(sender.database, jane, sender.id)) as signed:
        assert signed.get("/account").status_code == 200
        assert sent(stranger, "/reset", email=jane.email.title()) == "Check your email"
        path = link_in(postbox, jane.email)
        form = stranger.get(path)
        assert (
            form.headers["referrer-policy"] == "strict-origin"
        )  # what a page loads is told no path with a token in it
        assert stranger.post(path, csrf=csrf_in(form), password=jane.email).status_code == 422
        assert signed.get("/account").status_code == 200
        assert sent(stranger, path, password=OTHER_PASSWORD) == "Sign in"
        assert signed.get("/account").status_code == 303
    used = stranger.get(path)
    assert (used.status_code, used.headers["referrer-policy"]) == (410, "strict-origin")
    assert stranger.post(path, csrf=csrf_in(form), password=OTHER_PASSWORD).status_code == 410
    assert sign_in(stranger, jane.email).status_code == 422
    assert sign_in(stranger, jane.email, OTHER_PASSWORD).status_code == 303


def test_nobody_learns_which_addresses_exist(stranger: Browser, sender: Academy, postbox: Postbox) -> None:
    jane = member(sender.database, sender.id, "viewer", password=PASSWORD)
    invited = member(sender.database, sender.id, "viewer")
    pages = {}
    for email in (jane.email, invited.email, newcomer(), "no address", ""):
        answer = stranger.post("/reset", csrf=csrf_in(stranger.get("/reset")), email=email)
        pages[answer.text.replace(email, "…") if email else answer.text.replace("<bdi></bdi>", "<bdi>…</bdi>")] = email
        assert answer.status_code == 200
    assert len(pages) == 1, pages
    postbox.wait(jane.email)


def test_whoever_is_removed_is_out_at_once_and_told_so(installation: Installation, academy: Academy) -> None:
    owner = member(academy.database, academy.id, "owner")
    jane = member(academy.database, academy.id, "editor", password=PASSWORD)
    with (
        visiting(installation, session_of(academy.database, owner, academy.id)) as first,
        visiting(installation, session_of(academy.database, jane, academy.id)) as second,
    ):
        assert second.get("").status_code == 200
        token = second.csrf()
        first.done(f"/settings/team/{jane.member_id}/remove")
        assert second.get("").headers["location"].startswith("/dashboard/sign-in?next=")
        assert reason(second.post("/courses/new", csrf=token, name="Too late")) == "You were signed out meanwhile"
        second.forget_csrf()
        second.web.cookies.clear()
        again = sign_in(second, jane.email)
        assert again.status_code == 422
        assert "You are in no academy&#39;s team." in again.text
        assert COOKIE not in second.web.cookies
    rows = academy.database.rows("SELECT id FROM session WHERE user_id = $1", str(jane.id))
    assert not rows


def test_a_name_and_a_password_are_changed_by_their_owner(installation: Installation, academy: Academy) -> None:
    jane = member(academy.database, academy.id, "viewer", password=PASSWORD)
    other = session_of(academy.database, jane, academy.id)
    with visiting(installation, session_of(academy.database, jane, academy.id)) as browser:
        assert "Jane Roe" in browser.done("/account/name", name=" Jane Roe ").text
        assert browser.post("/account/name", name=" ").status_code == 422
        wrong = browser.post("/account/password", password=WRONG, new_password=OTHER_PASSWORD)
        assert wrong.status_code == 422
        assert "This is not your present password." in wrong.text
        weak = browser.post("/account/password", password=PASSWORD, new_password=COMMON)
        assert weak.status_code == 422
        before = str(browser.web.cookies[COOKIE])
        page = browser.done("/account/password", password=PASSWORD, new_password=OTHER_PASSWORD)
        assert "Your password was changed. You are signed out everywhere else." in page.text
        assert browser.web.cookies[COOKIE] != before
        for ended in (before, other):
            with visiting(installation, ended) as elsewhere:
                assert elsewhere.get("/account").status_code == 303


def test_one_signs_out_everywhere_else(installation: Installation, academy: Academy) -> None:
    jane = member(academy.database, academy.id, "viewer")
    other = session_of(academy.database, jane, academy.id)
    with visiting(installation, session_of(academy.database, jane, academy.id)) as browser:
        assert "in 1 other place" in browser.get("/account").text
        assert "Only here" in browser.done("/account/sign-out-others").text
    with visiting(installation, other) as elsewhere:
        assert elsewhere.get("/account").status_code == 303
