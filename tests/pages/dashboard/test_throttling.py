"""Guessing passwords and flooding mailboxes: held back by the visitor's address and by the account, existing or not."""

from itertools import count

import httpx
import pytest

from tests.academies import Academy, found_academy
from tests.conftest import PROXY, Kept, _serving
from tests.databases import Database
from tests.installation import UNLIMITED, Installation
from tests.people import COOKIE, OTHER_PASSWORD, PASSWORD, Browser, Somebody, csrf_in, member, session_of, visiting

LIMITS = {
    **UNLIMITED,
    "TRUECERTA_RATE_LIMIT_SIGN_IN": "4/hour",
    "TRUECERTA_RATE_LIMIT_ACCOUNT": "3/hour",
    "TRUECERTA_TRUSTED_PROXIES": PROXY,
}
ADDRESSES = (f"198.51.{number // 250}.{number % 250}" for number in count(1))
NOBODYS = (f"nobody{number}@example.com" for number in count(1))
KNOWN = "truecerta-known"
WAYS = pytest.mark.parametrize("path", ["/sign-in", "/reset"])


@pytest.fixture(scope="session")
def throttled(database: Database, tmp_path_factory: pytest.TempPathFactory, kept: Kept) -> Installation:
    """A process that holds back soon, and believes a proxy about addresses."""
    return kept.get(("throttled", database), _serving(database, tmp_path_factory.mktemp("throttled"), LIMITS))


@pytest.fixture
def jane(throttled: Installation, database: Database) -> Somebody:
    """Somebody with a password."""
    with throttled.client() as web:
        own: Academy = found_academy(web, database)
    return member(database, own.id, "viewer", password=PASSWORD)


def tried(browser: Browser, path: str, address: str, email: str, password: str = "") -> httpx.Response:
    """One try, from an address, with everything right that a page gives."""
    return browser.post(
        path,
        csrf=csrf_in(browser.get(path)),
        email=email,
        password=password or "not the password",
        headers={"X-Forwarded-For": address},
    )


@WAYS
def test_an_address_may_try_so_often_whatever_accounts_it_names(throttled: Installation, path: str) -> None:
    address = next(ADDRESSES)
    with visiting(throttled) as browser:
        answers = [tried(browser, path, address, next(NOBODYS)) for _ in range(6)]
        assert [answer.status_code == 429 for answer in answers] == [False] * 4 + [True] * 2
        assert int(answers[-1].headers["retry-after"]) > 0
        assert "Too many requests" in answers[-1].text
        assert tried(browser, path, next(ADDRESSES), next(NOBODYS)).status_code != 429


@WAYS
@pytest.mark.parametrize("exists", [True, False])
def test_an_account_is_tried_so_often_from_wherever(
    throttled: Installation, jane: Somebody, path: str, *, exists: bool
) -> None:
    """Whether it is there or not: being held back tells nothing."""
    email = jane.email if exists else next(NOBODYS)
    written = [email, email.upper(), f" {email} ", email, email]
    with visiting(throttled) as browser:
        answers = [tried(browser, path, next(ADDRESSES), each) for each in written]
        assert [answer.status_code == 429 for answer in answers] == [False] * 3 + [True] * 2


def test_the_right_password_is_held_back_too(throttled: Installation, jane: Somebody) -> None:
    """Otherwise being let in would tell which guess was right."""
    with visiting(throttled) as browser:
        for _ in range(3):
            assert tried(browser, "/sign-in", next(ADDRESSES), jane.email).status_code == 422
        held = tried(browser, "/sign-in", next(ADDRESSES), jane.email, PASSWORD)
        assert held.status_code == 429
        assert jane.email in held.text  # what was typed is there still


def test_strangers_do_not_keep_somebody_from_another_password(
    throttled: Installation, jane: Somebody, database: Database
) -> None:
    """While signed in, one's own tries count by oneself: whoever holds a stolen session guesses no longer than others."""
    (row,) = database.rows("SELECT organization_id FROM membership WHERE id = $1", str(jane.member_id))
    used_up(throttled, "/sign-in", jane.email)
    with visiting(throttled, session_of(database, jane, row["organization_id"])) as browser:
        done = browser.post("/account/password", password=PASSWORD, new_password=OTHER_PASSWORD)
        assert (done.status_code, done.headers["location"]) == (303, "/dashboard/account")
        browser.forget_csrf()
        guesses = [browser.post("/account/password", password=PASSWORD, new_password=PASSWORD) for _ in range(3)]
        assert [guess.status_code for guess in guesses] == [422, 422, 429]
        held = browser.post("/account/password", password=OTHER_PASSWORD, new_password=PASSWORD)
        assert held.status_code == 429


def used_up(throttled: Installation, path: str, email: str) -> None:
    """Strangers have tried an account until it is held back for them."""
    with visiting(throttled) as strangers:
        answers = [tried(strangers, path, next(ADDRESSES), email) for _ in range(4)]
    assert answers[-1].status_code == 429


@WAYS
def test_strangers_do_not_keep_out_a_browser_that_signed_in_before(
    throttled: Installation, jane: Somebody, path: str
) -> None:
    """It has as many tries of its own, at that account alone."""
    with visiting(throttled) as browser:
        assert tried(browser, "/sign-in", next(ADDRESSES), jane.email, PASSWORD).status_code == 303
        browser.web.cookies.delete(COOKIE)
        used_up(throttled, path, jane.email)
        own = [tried(browser, path, next(ADDRESSES), jane.email.upper()) for _ in range(4)]
        assert [answer.status_code == 429 for answer in own] == [False] * 3 + [True]
        another = next(NOBODYS)
        used_up(throttled, path, another)
        assert tried(browser, path, next(ADDRESSES), another).status_code == 429


def test_a_browser_keeps_its_tries_when_it_signs_in_again(throttled: Installation, jane: Somebody) -> None:
    """Else every sign-in would be worth as many guesses once more."""
    with visiting(throttled) as browser:
        marks = set()
        for _ in range(3):
            assert tried(browser, "/sign-in", next(ADDRESSES), jane.email, PASSWORD).status_code == 303
            marks.add(browser.web.cookies[KNOWN][:32])
            browser.web.cookies.delete(COOKIE)
        assert len(marks) == 1
        browser.web.cookies.set(KNOWN, "0" * 32 + "." + "0" * 64, domain="127.0.0.1")
        assert tried(browser, "/sign-in", next(ADDRESSES), jane.email, PASSWORD).status_code == 303
        assert not browser.web.cookies[KNOWN].startswith("0" * 32)  # what is forged is not believed


def test_a_mailbox_gets_one_link_a_minute(throttled: Installation, jane: Somebody, database: Database) -> None:
    with visiting(throttled) as browser:
        for _ in range(3):
            assert tried(browser, "/reset", next(ADDRESSES), jane.email).status_code == 200
    assert len(database.rows("SELECT id FROM mail WHERE recipient = $1", jane.email)) == 1


def test_pages_of_strangers_are_counted_as_public_requests(limited: Installation) -> None:
    with visiting(limited) as browser:
        address = {"X-Forwarded-For": next(ADDRESSES)}
        answers = [browser.get("/sign-in", headers=address) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
        assert answers[-1].headers["cache-control"] == "no-store"


def test_a_session_is_counted_as_a_key_is(limited: Installation, jane: Somebody, database: Database) -> None:
    (row,) = database.rows("SELECT organization_id FROM membership WHERE id = $1", str(jane.member_id))
    with visiting(limited, session_of(database, jane, row["organization_id"])) as browser:
        answers = [browser.get("/account") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
