"""Settings > Webhooks: endpoints are added, changed, tested, disabled and deleted; a secret is shown once."""

import hmac
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from rules.roles import Role
from tests.academies import Academy
from tests.databases import Database
from tests.endpoints import NOBODYS, endpoint, register
from tests.installation import Installation
from tests.pages.outline import Outline
from tests.people import csrf_in, signed_in
from tests.receiver import Receiver

FOLDER = "/settings/webhooks"
NASTY = "</title><script>alert(1)</script>'\"& {{ 7*7 }}"
_SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
NEW: dict[str, Any] = {"url": NOBODYS, "which": "all"}


def secret_in(page: httpx.Response) -> str:
    """The one secret that a page shows."""
    [secret] = _SECRET.findall(page.text)
    return str(secret)


def only(academy: Academy) -> dict[str, Any]:
    """The academy's one endpoint, as the API shows it."""
    [found] = academy.get("/api/v1/webhooks").json()["data"]
    return dict(found)


def added(academy: Academy, url: str = NOBODYS, **members: object) -> str:
    """The page of a new endpoint."""
    return f"{FOLDER}/{register(academy, url, **members)['id']}"


def test_an_endpoint_is_added_and_its_secret_shown_once(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as browser:
        answer = browser.post(f"{FOLDER}/new", **NEW, description="Learning platform")
        secret, made = secret_in(answer), only(academy)
        assert answer.headers["cache-control"] == "no-store"
        assert (made["url"], made["events"], made["description"]) == (NOBODYS, None, "Learning platform")
        pages = [FOLDER, f"{FOLDER}/{made['id']}", f"{FOLDER}/{made['id']}/edit", "/audit"]
        for page in map(browser.get, pages):
            assert page.status_code == 200
            assert "Learning platform" in page.text
            assert secret not in page.text
    assert secret not in installation.log.read_text()


def test_loading_the_answer_again_adds_no_other_endpoint(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as browser:
        form = {"csrf": csrf_in(browser.get(f"{FOLDER}/new")), **NEW}
        first = browser.web.post(f"/dashboard{FOLDER}/new", data=form)
        again = browser.web.post(f"/dashboard{FOLDER}/new", data=form)
        assert secret_in(first)
        assert again.status_code == 303
        assert "was added already" in browser.web.get(again.headers["location"]).text
        assert only(academy)["url"] == NOBODYS


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "http://receiver.invalid/"}, "url"),
        ({"url": "https://127.0.0.1/hooks"}, "url"),
        ({"which": "some"}, "events"),
        ({"which": "some", "events": ["certificate.eaten"]}, "events"),
        ({"description": "x" * 501}, "description"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    installation: Installation, academy: Academy, wrong: dict[str, Any], field: str
) -> None:
    with signed_in(installation, academy) as browser:
        for path in (f"{FOLDER}/new", f"{added(academy)}/edit"):
            answer = browser.post(path, **{**NEW, "url": "https://receiver.invalid/typed", **wrong})
            assert answer.status_code == 422
            assert f'href="#field-{field}"' in answer.text
            assert f'id="error-{field}"' in answer.text
            assert not _SECRET.search(answer.text)
            assert "url" in wrong or "https://receiver.invalid/typed" in answer.text
        assert only(academy)["url"] == NOBODYS


def told(answer: httpx.Response) -> str:
    """The sentence beside the address."""
    (sentence,) = re.findall('id="error-url">.*?<span>(.*?)</span>', answer.text)
    return str(sentence)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the address."),
        ("ftp://receiver.invalid/", "The address has to begin with https://"),
        ("receiver.invalid", "The address has to begin with https://"),
        ("http://receiver.invalid/", "The address has to begin with https://"),
        ("https://jane:secret@receiver.invalid/", "Enter a whole address, such as https://example.com/webhook"),
        ("https://receiver.invalid/" + "a" * 2048, "Must be at most 2048 characters long."),
        ("https://10.0.0.1/", "The address 10.0.0.1 is not public."),
    ],
)
def test_an_address_is_refused_as_its_hint_says(
    installation: Installation, academy: Academy, typed: str, said: str
) -> None:
    with signed_in(installation, academy) as browser:
        answer = browser.post(f"{FOLDER}/new", **{**NEW, "url": typed})
    assert "Begins with https://, and can be reached from outside." in answer.text
    assert told(answer).startswith(said)


def test_where_private_endpoints_are_allowed_the_form_says_so(
    delivering: tuple[Installation, Database], sender: Academy
) -> None:
    with signed_in(delivering[0], sender) as browser:
        assert (
            "Begins with https:// or http://, and can be reached from the machine" in browser.get(f"{FOLDER}/new").text
        )
        wrong = browser.post(f"{FOLDER}/new", **{**NEW, "url": "ftp://127.0.0.1/"})
        assert told(wrong) == "The address has to begin with https:// or http://"
        assert secret_in(browser.post(f"{FOLDER}/new", **{**NEW, "url": "http://127.0.0.1:9/"}))


def test_an_endpoint_is_changed(installation: Installation, academy: Academy) -> None:
    path = added(academy, description="Old words")
    chosen = ["certificate.revoked", "certificate.issued"]
    with signed_in(installation, academy) as browser:
        before = browser.get(f"{path}/edit").text
        assert "Old words" in before
        changed: dict[str, Any] = {"url": f"{NOBODYS}/2", "which": "some", "events": chosen, "description": ""}
        assert "was changed" in browser.done(f"{path}/edit", **changed).text
        made = only(academy)
        assert (made["url"], made["description"]) == (f"{NOBODYS}/2", None)
        assert made["events"] == ["certificate.issued", "certificate.revoked"]
        assert browser.get(f"{path}/edit").text.count("checked") == 3


def test_an_unchanged_address_is_not_forgiven_its_failures(installation: Installation, academy: Academy) -> None:
    path = added(academy)
    since = academy.database.rows(
        "UPDATE webhook SET failing_since = created_at WHERE organization_id = $1 RETURNING failing_since",
        str(academy.id),
    )
    assert since
    with signed_in(installation, academy) as browser:
        page = browser.get(path).text
        assert "This endpoint is failing" in page
        # The sign of a warning: three corners, no clock.
        assert '<path d="M12 3 1.8 20.5' in page.partition('class="notice waiting"')[2].partition("</svg>")[0]
        assert "Failing" in browser.get(FOLDER).text
        browser.done(f"{path}/edit", **NEW, description="Other words")
    made = only(academy)
    assert made["description"] == "Other words"
    assert made["failing_since"] is not None


def test_a_new_secret_is_shown_once_and_the_old_one_signs_for_the_time_chosen(
    installation: Installation, academy: Academy
) -> None:
    path = added(academy)
    with signed_in(installation, academy) as browser:
        form = {"csrf": csrf_in(browser.get(f"{path}/rotate")), "overlap": "3600"}
        first = browser.web.post(f"/dashboard{path}/rotate", data=form)
        secret, until = secret_in(first), only(academy)["previous_secret_expires_at"]
        assert until is not None
        again = browser.web.post(f"/dashboard{path}/rotate", data=form)
        assert again.status_code == 303
        assert "was replaced already" in browser.web.get(again.headers["location"]).text
        assert only(academy)["previous_secret_expires_at"] == until
        assert "signs as well" in browser.get(f"{path}/rotate").text
        assert secret_in(browser.post(f"{path}/rotate", overlap="0")) != secret
        assert only(academy)["previous_secret_expires_at"] is None
        assert browser.post(f"{path}/rotate", overlap="5").status_code == 422
        assert secret not in browser.get(path).text


def test_an_endpoint_is_disabled_enabled_and_deleted(installation: Installation, academy: Academy) -> None:
    path = added(academy)
    with signed_in(installation, academy) as browser:
        assert "not sent by itself" in browser.get(f"{path}/disable").text
        assert "The endpoint is disabled" in browser.done(f"{path}/disable").text
        assert only(academy)["enabled"] is False
        assert "No endpoint is enabled" in browser.done(f"{FOLDER}/test").text
        assert "The endpoint is enabled" in browser.done(f"{path}/enable").text
        assert only(academy)["enabled"] is True
        assert "cannot be undone" in browser.get(f"{path}/delete").text
        assert "The endpoint was deleted" in browser.done(f"{path}/delete").text
        assert academy.get("/api/v1/webhooks").json()["data"] == []
        assert browser.get(path).status_code == 404
        assert "Nobody is told yet" in browser.get(FOLDER).text


def test_a_test_goes_to_every_enabled_endpoint(
    delivering: tuple[Installation, Database], sender: Academy, receiver: Receiver
) -> None:
    place = receiver.place()
    with signed_in(delivering[0], sender) as browser:
        secret = secret_in(browser.post(f"{FOLDER}/new", url=place.url, which="some", events="certificate.revoked"))
        assert "A test is on its way" in browser.done(f"{FOLDER}/test").text
        [came] = place.wait()
        assert b'"webhook.test"' in came.body
        assert came.headers["x-truecerta-signature"] == hmac.digest(secret.encode(), came.body, "sha256").hex()


def test_tests_are_counted_with_those_of_the_api(limited: Installation, academy: Academy) -> None:
    with signed_in(limited, academy) as browser:
        answers = [browser.post(f"{FOLDER}/test").status_code for _ in range(3)]
        assert answers == [303, 303, 429]


def test_a_strangers_words_stay_text(installation: Installation, academy: Academy) -> None:
    path = added(academy, description=NASTY)
    with signed_in(installation, academy) as browser:
        for page in [FOLDER, path, *(f"{path}/{each}" for each in ("edit", "rotate", "disable", "delete"))]:
            outline = Outline(browser.get(page).text)
            assert (outline.open, outline.seen.count("script"), outline.seen.count("h1")) == ([], 1, 1)


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_owners_change_endpoints_and_see_what_may_be_a_password(
    installation: Installation, academy: Academy, role: Role
) -> None:
    path = added(academy, f"{NOBODYS}?token=s3kr1t")
    with signed_in(installation, academy, role) as browser:
        for page in (FOLDER, path):
            text = browser.get(page).text
            assert f"{NOBODYS}?…" in text
            assert "s3kr1t" not in text
        for each in ("edit", "rotate", "disable", "enable", "delete"):
            assert browser.post(f"{path}/{each}", **NEW).status_code == 403
            assert f"{path}/{each}" not in browser.get(path).text
        assert browser.post(f"{FOLDER}/new", **NEW).status_code == 403
        assert browser.post(f"{FOLDER}/test").status_code == (303 if role == "editor" else 403)
    with signed_in(installation, academy) as owner:
        assert "token=s3kr1t" in owner.get(path).text
    assert endpoint(academy, path.rpartition("/")[2])["enabled"] is True


def test_an_academys_endpoints_are_no_others(installation: Installation, academy: Academy, rival: Academy) -> None:
    path = added(academy)
    with signed_in(installation, rival) as stranger:
        for wrong in (path, f"{FOLDER}/{uuid4()}", f"{FOLDER}/none"):
            assert stranger.get(wrong).status_code == 404
            for each in ("edit", "rotate", "disable", "delete"):
                assert stranger.get(f"{wrong}/{each}").status_code == 404
                answer = stranger.post(f"{wrong}/{each}", **NEW, overlap="0")
                assert answer.status_code == 404
                assert not _SECRET.search(answer.text)
    assert only(academy)["enabled"] is True


def test_the_empty_page_teaches_the_first_step(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as browser:
        page = browser.get(FOLDER).text
        assert f"curl {installation.url}/api/v1/webhooks" in page
        assert f'href="/dashboard{FOLDER}/new"' in page
