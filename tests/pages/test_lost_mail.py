"""Lost mails: the link comes again where address and certificate fit, and nobody is told whether they do."""

import time
from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest

from pages.lost_mail import LONGEST_PAUSE
from tests.academies import Academy
from tests.claiming import claim, token_for, token_in
from tests.installation import Installation
from tests.pages.reading import Page
from tests.postbox import Postbox

NOBODY = "TRC-ZZZ-99-ZZZZZZ"


def path_of(code: str) -> str:
    """Where the form is."""
    return f"/v/{code}/lost-mail"


def ask(web: httpx.Client, code: str, address: str, **headers: str) -> httpx.Response:
    """Open the form, fill in an address, send it."""
    (form,) = Page(web.get(path_of(code))).forms
    assert (form.method, form.action) == ("post", path_of(code))
    return web.post(form.action, data={**form.fields, "email": address}, headers=headers, follow_redirects=False)


def somebody() -> str:
    """An address that no other test has."""
    return f"Jane.{uuid4().hex}@example.com"


@pytest.mark.parametrize("spelt", [str, str.upper, str.lower, " {} ".format])
def test_the_link_comes_again_and_claims(sender: Academy, postbox: Postbox, spelt: Callable[[str], str]) -> None:
    address = somebody()
    issued = sender.issue(holder_email=address)
    postbox.wait(address)
    answer = ask(sender.web, issued["code"], spelt(address))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path_of(issued['code'])}?sent")
    mail = postbox.wait(address, 2)[1]
    assert claim(sender.web, token_in(mail)).json()["data"]["code"] == issued["code"]


def test_nothing_comes_where_nothing_fits(sender: Academy, postbox: Postbox) -> None:
    addresses = {name: somebody() for name in ("other", "claimed", "revoked", "open")}
    issued = {name: sender.issue(holder_email=address, notify=False) for name, address in addresses.items()}
    claim(sender.web, token_for(issued["claimed"]))
    sender.revoke(issued["revoked"]["code"])
    answers = [
        ask(sender.web, issued["claimed"]["code"], addresses["claimed"]),
        ask(sender.web, issued["revoked"]["code"], addresses["revoked"]),
        ask(sender.web, issued["open"]["code"], addresses["other"]),
        ask(sender.web, NOBODY, addresses["open"]),
    ]
    time.sleep(LONGEST_PAUSE)  # by then the work on all of these has begun; nothing tells when
    answers += [
        ask(sender.web, issued["open"]["code"], addresses["open"]),
        ask(sender.web, issued["open"]["code"], addresses["open"]),
    ]
    assert len({(answer.status_code, answer.content, _without_code(answer)) for answer in answers}) == 1
    postbox.wait(addresses["open"])  # asked for last: whatever else was sent has come
    assert {name: len(postbox.sent_to(address)) for name, address in addresses.items()} == {
        "other": 0,
        "claimed": 0,
        "revoked": 0,
        "open": 1,
    }


def _without_code(answer: httpx.Response) -> str:
    code = answer.request.url.path.split("/")[2]
    told = {name: value for name, value in answer.headers.items() if name not in {"date", "x-request-id"}}
    return str(sorted(told.items())).replace(code, "CODE")


def test_the_form_and_its_answer_are_alike_for_every_code(academy: Academy, anyone: httpx.Client) -> None:
    code = academy.issue()["code"]
    for query in ("", "?sent"):
        pages = [Page(anyone.get(path_of(one) + query)).words.replace(one, "CODE") for one in (code, NOBODY)]
        assert pages[0] == pages[1]
    assert "<h1>Lost your email?</h1>" in anyone.get(path_of(code)).text
    sent = anyone.get(f"{path_of(code)}?sent").text
    assert "<h1>Check your email</h1>" in sent
    assert sent.count("Check your email") == 2  # with the title
    assert anyone.get(path_of(code.lower().replace("-", " "))).status_code == 200
    assert anyone.get(path_of("nothing")).status_code == 404


@pytest.mark.parametrize(
    "typed",
    ["", "jane", "jane@", "a@b@c", "jane@example.com\r\nBcc: x@example.com", "j\u00e4ne@example.com", "<b>"],
)
def test_what_is_no_address_is_shown_again(anyone: httpx.Client, typed: str) -> None:
    answer = ask(anyone, NOBODY, typed)
    assert answer.status_code == 422
    page = Page(answer)
    assert page.forms[0].fields["email"] == typed.replace("\r\n", "\n")
    assert "Type your email address" in page.words


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site", "origin": "null"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_not_taken(anyone: httpx.Client, headers: dict[str, str]) -> None:
    answer = ask(anyone, NOBODY, "jane@example.com", **headers)
    assert answer.status_code == 403
    assert "nothing has happened" in Page(answer).words


@pytest.mark.parametrize("fields", [{}, {"csrf": "x"}, {"csrf": "0" * 32 + "." + "0" * 64}])
def test_a_form_without_its_token_is_not_taken(anyone: httpx.Client, fields: dict[str, str]) -> None:
    answer = anyone.post(path_of(NOBODY), data={**fields, "email": "jane@example.com"})
    assert answer.status_code == 403


def test_a_token_is_good_for_its_own_code(academy: Academy, anyone: httpx.Client) -> None:
    token = Page(anyone.get(path_of(NOBODY))).forms[0].fields["csrf"]
    other = path_of(academy.issue()["code"])
    assert anyone.post(other, data={"csrf": token, "email": "jane@example.com"}).status_code == 403


def test_what_is_no_form_is_refused(anyone: httpx.Client) -> None:
    assert anyone.post(path_of(NOBODY), json={"email": "jane@example.com"}).status_code == 415
    assert anyone.post(path_of(NOBODY), data={"email": "x" * 300_000}).status_code == 413


def test_asking_counts_as_a_public_request(limited: Installation) -> None:
    with limited.client() as web:
        web.headers["X-Forwarded-For"] = f"198.18.{limited.port % 250}.79"  # an address that no other test has
        statuses = [ask(web, NOBODY, "jane@example.com").status_code for _ in range(5)]
    assert statuses == [303, 303, 303, 303, 429]
