"""The audit log: who did what, told in plain words, with what was so before and after it."""

import html
import re
from pathlib import Path

import pytest

from pages.dashboard.audit import WORDS
from rules.roles import Role
from services import audit
from tests.academies import Academy
from tests.endpoints import register
from tests.installation import Installation
from tests.pages.outline import Outline
from tests.people import member, session_of, signed_in, visiting

NASTY = "</title><script>alert(1)</script>'\"& {{ 7*7 }}"


def entries(page: str) -> list[str]:
    """What a page tells, each entry as text on one line."""
    found = re.findall(r'<details class="log-entry".*?</details>', page, re.DOTALL)
    return [" ".join(html.unescape(re.sub("<[^>]+>", " ", entry)).split()) for entry in found]


def test_it_tells_who_did_what(installation: Installation, academy: Academy) -> None:
    code = academy.issue(holder_name="Jane Doe")["code"]
    academy.patch(f"/api/v1/certificates/{code}", json={"holder_name": "Jane Roe"})
    somebody = member(academy.database, academy.id, "owner", name="Olivia Owner")
    with visiting(installation, session_of(academy.database, somebody, academy.id)) as browser:
        browser.done(
            "/settings/academy/profile", name="Other name", email="office@example.com", url="https://example.com"
        )
        page = browser.get("/audit")
        assert page.headers["cache-control"] == "no-store"
        latest, _, corrected, issued, *rest = entries(page.text)
    assert latest.startswith("Olivia Owner changed the academy’s settings")
    assert "Name Example Academy Other name" in latest
    assert corrected.startswith(f"The key first key corrected a certificate {code}")
    assert "Holder name Jane Doe Jane Roe" in corrected
    assert issued.startswith(f"The key first key issued a certificate {code}")
    assert f'href="/dashboard/certificates/{code}"' in page.text
    assert any(entry.startswith("The operator created the academy Example Academy") for entry in rest)


def test_moments_are_told_as_people_read_them(installation: Installation, academy: Academy) -> None:
    academy.issue(issued_at="2026-03-15T10:00:00Z")
    with signed_in(installation, academy) as browser:
        page = browser.get("/audit").text
    assert "15 March 2026, 10:00 UTC" in page
    assert "2026-03-15T10" not in page


def test_what_was_left_out_of_an_address_is_hinted_at(installation: Installation, academy: Academy) -> None:
    register(academy, "https://receiver.invalid/hook?token=secret")
    with signed_in(installation, academy) as browser:
        page = browser.get("/audit").text
    assert page.count("https://receiver.invalid/hook?…<") == 2
    assert "hook?<" not in page
    assert "token" not in page


def test_it_goes_on_page_by_page(installation: Installation, academy: Academy) -> None:
    course = academy.course()["id"]
    codes = [academy.issue(course)["code"] for _ in range(60)]
    seen: list[str] = []
    with signed_in(installation, academy) as browser:
        path: str | None = "/audit"
        lengths = []
        while path:
            page = browser.get(path).text
            assert ('rel="prev"' in page) == bool(seen)
            lengths.append(len(entries(page)))
            seen += entries(page)
            found = re.search(r'rel="next" href="/dashboard([^"]+)"', page)
            path = html.unescape(found[1]) if found else None
        assert lengths[0] == 50
        assert len(lengths) == 2
        told = [entry.split(" issued a certificate ")[1][:17] for entry in seen if "issued a certificate" in entry]
        assert [entry.split()[0] for entry in told] == codes[::-1]
        assert browser.get("/audit?cursor=yesterday").status_code == 404
        assert "nothing older" in browser.get("/audit?cursor=1970-01-02T00:00:00Z").text


def test_a_strangers_words_stay_text(installation: Installation, academy: Academy) -> None:
    academy.issue(holder_name=NASTY)
    somebody = member(academy.database, academy.id, "owner", name=NASTY)
    with visiting(installation, session_of(academy.database, somebody, academy.id)) as browser:
        browser.post("/settings/api/new", name=NASTY)
        page = browser.get("/audit").text
    outline = Outline(page)
    assert (outline.open, outline.seen.count("script"), outline.seen.count("h1")) == ([], 1, 1)
    assert f"{NASTY} created an API key {NASTY}" in entries(page)[0]


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_the_whole_team_reads_it_and_nobody_else(
    installation: Installation, academy: Academy, rival: Academy, role: Role
) -> None:
    code = academy.issue()["code"]
    with signed_in(installation, academy, role) as browser, signed_in(installation, rival) as stranger:
        assert code in browser.get("/audit").text
        assert code not in stranger.get("/audit").text


def test_every_action_has_words() -> None:
    sources = "".join(file.read_text("utf-8") for file in Path(audit.__file__).parent.glob("*.py"))
    actions = re.findall(r"audit\.(?:entry|record(?:_difference)?)\(\s*\w+, ([^,]+),", sources)
    assert len(actions) > 20
    assert {name for action in actions for name in re.findall('"([a-z_]+)"', action)} == WORDS.keys()
