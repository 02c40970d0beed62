"""Signing in and out, as a browser does it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from models.database import instant
from rules import session_tokens
from tests.pages.dashboard.world import World
from tests.people import COOKIE, KEYRING, PASSWORD, Browser, Somebody, csrf_in, member, visiting

HOST = "127.0.0.1"


@pytest.fixture
def jane(world: World) -> Somebody:
    """Somebody with a password."""
    return member(world.database, world.own.academy.id, "editor", password=PASSWORD)


@pytest.fixture
def browser(world: World) -> Iterator[Browser]:
    """A stranger's browser."""
    with visiting(world.installation) as made:
        yield made


def sign_in(browser: Browser, email: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    token = csrf_in(browser.get("/reset"))  # a page for anyone, also for those who are signed in
    return browser.post("/sign-in", csrf=token, email=email, password=password, **more)


def cookie_of(answer: httpx.Response) -> str:
    """How the session's cookie was set."""
    (found,) = [line for line in answer.headers.get_list("set-cookie") if line.startswith(COOKIE)]
    return found


def test_the_password_opens_the_page_that_was_wanted(browser: Browser, jane: Somebody) -> None:
    wanted = browser.get("/courses?page=x&q=a b")
    assert wanted.status_code == 303
    form = browser.web.get(wanted.headers["location"])
    assert form.status_code == 200
    assert form.headers["cache-control"] == "no-store"
    answer = sign_in(browser, jane.email.upper(), next="/dashboard/courses?page=x&q=a%20b")
    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard/courses?page=x&q=a%20b")
    set_cookie = cookie_of(answer).lower()
    assert "httponly" in set_cookie
    assert "samesite=lax" in set_cookie
    assert "path=/" in set_cookie
    assert browser.get("/account").status_code == 200
    assert browser.get("/sign-in?next=/dashboard/account").headers["location"] == "/dashboard/account"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://example.com/",
        "//example.com",
        "/\\example.com",
        "/dashboard/../v",
        "/dashboardish",
        "/v",
        "javascript:alert(1)",
        "/dashboard//example.com",
        "/dashboard/%2e%2e/v",
        "/dashboard\r\nx: y",
        "",
    ],
)
def test_it_leads_to_pages_of_the_dashboard_only(browser: Browser, jane: Somebody, wanted: str) -> None:
    assert sign_in(browser, jane.email, next=wanted).headers["location"] == "/dashboard"


def test_an_unknown_address_and_a_wrong_password_are_told_alike(browser: Browser, jane: Somebody) -> None:
    answers = [
        sign_in(browser, jane.email, "not the password"),
        sign_in(browser, "nobody@example.com"),
        sign_in(browser, "no address at all"),
        sign_in(browser, ""),
        sign_in(browser, jane.email, ""),
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert len({said(answer) for answer in answers}) == 1
    assert "The email address or password is wrong." in answers[0].text
    assert jane.email in answers[0].text  # what was typed is not lost
    assert "not the password" not in answers[0].text
    assert COOKIE not in browser.web.cookies


def said(answer: httpx.Response) -> str:
    """A page without what was typed and without tokens."""
    lines = [line for line in answer.text.splitlines() if "csrf" not in line and 'name="email"' not in line]
    return "\n".join(lines)


def test_somebody_invited_who_has_no_password_yet_is_unknown(browser: Browser, world: World) -> None:
    nobody = member(world.database, world.own.academy.id, "viewer")
    assert sign_in(browser, nobody.email, "").status_code == 422


def test_each_sign_in_makes_a_session_of_its_own_and_ends_the_one_before(browser: Browser, jane: Somebody) -> None:
    sign_in(browser, jane.email)
    first = str(browser.web.cookies[COOKIE])
    assert sign_in(browser, jane.email).status_code == 303
    second = str(browser.web.cookies[COOKIE])
    assert first != second
    browser.web.cookies.set(COOKIE, first, domain=HOST)
    assert browser.get("/account").status_code == 303


def test_a_session_that_somebody_else_planted_does_not_become_ours(world: World, jane: Somebody) -> None:
    planted = world.own.token("viewer")
    with visiting(world.installation, planted) as browser:
        assert sign_in(browser, jane.email).status_code == 303
        assert browser.web.cookies[COOKIE] != planted
    with visiting(world.installation, planted) as attacker:
        assert attacker.get("/account").status_code == 303


def test_signed_out_means_that_the_cookie_is_worth_nothing_wherever_it_was_copied(world: World) -> None:
    token = world.own.token("editor")
    with visiting(world.installation, token) as browser:
        answer = browser.post("/sign-out")
        assert answer.headers["location"] == "/dashboard/sign-in"
        assert COOKIE not in browser.web.cookies
        page = browser.web.get(answer.headers["location"])
        assert "You are signed out." in page.text
        assert "You are signed out." not in browser.get("/sign-in").text  # said once
    with visiting(world.installation, token) as copy:
        assert copy.get("/account").status_code == 303


def test_sessions_end_unused_and_on_their_last_day(world: World) -> None:
    token = world.own.token("owner")
    session_id = str(session_in(token))
    hours = "UPDATE session SET {} = $2 WHERE id = $1 RETURNING id"
    with visiting(world.installation, token) as browser:
        for column, past in (("seen_at", session_tokens.IDLE), ("expires_at", timedelta(0))):
            (row,) = world.database.rows("SELECT * FROM session WHERE id = $1", session_id)
            assert browser.get("/account").status_code == 200
            world.database.rows(hours.format(column), session_id, now_without(past))
            assert browser.get("/account").status_code == 303
            world.database.rows(hours.format(column), session_id, instant(row[column]))


def now_without(past: timedelta) -> datetime:
    return datetime.now(UTC) - past


def session_in(token: str) -> UUID:
    """Which session a cookie is for."""
    found = session_tokens.read(token, KEYRING.keys_of("sessions"), datetime.now(UTC))
    assert found is not None
    return found


def test_the_form_of_one_stranger_is_no_good_for_another(world: World, browser: Browser, jane: Somebody) -> None:
    with visiting(world.installation) as other:
        token = csrf_in(other.get("/sign-in"))
    browser.get("/sign-in")
    answer = browser.web.post("/dashboard/sign-in", data={"csrf": token, "email": jane.email, "password": PASSWORD})
    assert answer.status_code == 403
    assert COOKIE not in browser.web.cookies
