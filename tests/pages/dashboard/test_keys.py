"""Settings > API: a key is shown once, works, and stops when it is revoked."""

import re
from uuid import uuid4

import httpx
import pytest

from rules.api_keys import PATTERN
from rules.roles import Role
from tests.academies import Academy
from tests.installation import Installation
from tests.pages.outline import Outline
from tests.people import Browser, csrf_in, signed_in

FOLDER = "/settings/api"
NASTY = "</title><script>alert(1)</script>'\"& {{ 7*7 }}"
_KEY = re.compile(PATTERN.strip("^$"))


def key_in(page: httpx.Response) -> str:
    """The one key that a page shows."""
    [key] = _KEY.findall(page.text)
    return str(key)


def created(browser: Browser, name: str = "Learning platform") -> str:
    """A new key."""
    answer = browser.post(f"{FOLDER}/new", name=name)
    assert answer.status_code == 200, answer.text
    return key_in(answer)


def status_with(academy: Academy, secret: str) -> int:
    """What the API answers to a key."""
    return academy.web.get("/api/v1/courses", headers={"Authorization": f"Bearer {secret}"}).status_code


def revocation(browser: Browser, name: str) -> str:
    """Where a key of this name is revoked, below /dashboard."""
    rows = browser.get(FOLDER).text.split("<tr>")
    [row] = [row for row in rows if name in row]
    found = re.search(r'href="/dashboard([^"]+/revoke)"', row)
    assert found is not None, row
    return found[1]


def test_a_key_is_shown_once_and_nowhere_else(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as browser:
        answer = browser.post(f"{FOLDER}/new", name="Learning platform")
        secret = key_in(answer)
        assert answer.headers["cache-control"] == "no-store"
        assert "location" not in answer.headers
        assert status_with(academy, secret) == 200
        afterwards = browser.get(FOLDER).text
        assert secret not in afterwards
        assert f"trc_live_…{secret[-4:]}" in afterwards
        assert "Learning platform" in afterwards
        assert secret not in browser.get("/audit").text
    assert secret not in installation.log.read_text()


def test_loading_the_answer_again_makes_no_other_key(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as browser:
        form = {"csrf": csrf_in(browser.get(f"{FOLDER}/new")), "name": "Kiosk"}
        first = browser.web.post(f"/dashboard{FOLDER}/new", data=form)
        again = browser.web.post(f"/dashboard{FOLDER}/new", data=form)
        assert (first.status_code, again.status_code) == (200, 303)
        assert not _KEY.search(again.text)
        listed = browser.web.get(again.headers["location"])
        assert "was created already" in listed.text
        assert listed.text.count("Kiosk") == browser.get(FOLDER).text.count("Kiosk")
        another = {**form, "csrf": csrf_in(browser.get(f"{FOLDER}/new"))}
        assert key_in(browser.web.post(f"/dashboard{FOLDER}/new", data=another)) != key_in(first)


def test_a_revoked_key_is_refused_at_once(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as browser:
        secret = created(browser, "Old kiosk")
        path = revocation(browser, "Old kiosk")
        question = browser.get(path)
        assert "Old kiosk" in question.text
        assert "cannot be undone" in question.text
        assert status_with(academy, secret) == 200
        assert "The key was revoked" in browser.done(path).text
        assert status_with(academy, secret) == 401
        assert path not in browser.get(FOLDER).text
        assert browser.get(path).status_code == 303


def test_what_is_wrong_with_a_name_stands_beside_it(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as browser:
        for name in ("", "x" * 201, "two\nlines"):
            answer = browser.post(f"{FOLDER}/new", name=name)
            assert answer.status_code == 422
            assert 'href="#field-name"' in answer.text
            assert 'id="error-name"' in answer.text
            assert not _KEY.search(answer.text)
            assert name or "Enter the key’s name." in answer.text
        assert f'value="{"x" * 201}"' in browser.post(f"{FOLDER}/new", name="x" * 201).text


def test_a_strangers_words_in_a_name_stay_text(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as browser:
        pages = [browser.post(f"{FOLDER}/new", name=NASTY), browser.get(FOLDER)]
        pages.append(browser.get(revocation(browser, "7*7")))
        for page in pages:
            outline = Outline(page.text)
            assert (outline.open, outline.seen.count("script"), outline.seen.count("h1")) == ([], 1, 1)
            assert "{{ 7*7 }}" in page.text


def test_an_academy_without_a_key_learns_the_first_step(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as browser:
        browser.done(revocation(browser, "first key"))
        page = browser.get(FOLDER).text
        assert "No key is in use" in page
        assert f"curl {installation.url}/api/v1/courses" in page
        assert f'href="/dashboard{FOLDER}/new"' in page


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_owners_create_and_revoke(installation: Installation, academy: Academy, role: Role) -> None:
    with signed_in(installation, academy) as owner:
        path = revocation(owner, "first key")
    with signed_in(installation, academy, role) as browser:
        page = browser.get(FOLDER)
        assert page.status_code == 200
        assert "first key" in page.text
        assert "/revoke" not in page.text
        assert f"{FOLDER}/new" not in page.text
        assert browser.post(f"{FOLDER}/new", name="Mine").status_code == 403
        assert browser.post(path).status_code == 403
    assert academy.get("/api/v1/courses").status_code == 200


def test_an_academys_keys_are_no_others(installation: Installation, academy: Academy, rival: Academy) -> None:
    with signed_in(installation, academy) as browser, signed_in(installation, rival) as stranger:
        path = revocation(browser, "first key")
        for wrong in (path, f"{FOLDER}/{uuid4()}/revoke", f"{FOLDER}/none/revoke"):
            assert stranger.get(wrong).status_code == 404
            assert stranger.post(wrong).status_code == 404
    assert academy.get("/api/v1/courses").status_code == 200
