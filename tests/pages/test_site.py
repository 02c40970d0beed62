"""The pages: the same verdict as the API's, as plain HTML that a stranger's text cannot break out of."""

from datetime import UTC, datetime

import httpx
import pytest

from tests.academies import Academy
from tests.pages.outline import Outline
from tests.pages.reading import Page

FAR = datetime(2199, 1, 1, tzinfo=UTC)


def test_a_certificate_has_a_page_with_what_it_says(academy: Academy, anyone: httpx.Client) -> None:
    course = academy.course(validity_period_months=12, description="Two terms", eqf_level=5, nlqf_level="4+")
    issued = academy.issue(course["id"])
    page = anyone.get(f"/v/{issued['code']}")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for said in ("Jane Doe", "Web Development", "Two terms", "Example Academy", issued["code"], "4+"):
        assert said in page.text
    assert f'datetime="{issued["expires_at"][:10]}' in page.text
    outline = Outline(page.text)
    assert outline.open == []
    assert {"html", "head", "title", "main", "h1"} <= set(outline.seen)
    assert outline.seen.count("h1") == 1


@pytest.mark.parametrize("typed", ["{}", "%20{}%20"])
def test_a_code_is_found_as_people_type_it(academy: Academy, anyone: httpx.Client, typed: str) -> None:
    code = academy.issue()["code"]
    assert anyone.get(f"/v/{typed.format(code.lower())}").status_code == 200


def test_a_strangers_text_stays_text(academy: Academy, anyone: httpx.Client) -> None:
    nasty = "</title><script>alert(1)</script>'\"&"
    course = academy.course(name=nasty, description=nasty, qualification_label=nasty)
    code = academy.issue(course["id"], holder_name=nasty)["code"]
    academy.revoke(code, reason=nasty)
    page = anyone.get(f"/v/{code}")
    assert Outline(page.text).open == []
    assert Page(page).facts == []
    assert Page(page).words.count(nasty) >= 4
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_renewed_one_leads_to_its_successor(academy: Academy, anyone: httpx.Client) -> None:
    issued, successor = academy.issue(), academy.issue()
    academy.alter(issued["code"], renewed_by_id=successor["id"])
    assert f'href="{successor["links"]["verify_page"]}"' in anyone.get(f"/v/{issued['code']}").text


@pytest.mark.parametrize(
    "code", ["TRC-EXA-26-AAAAAA", "nothing", "%00", "%0d%0aSet-Cookie:x", "%3Cscript%3E", "%ff", "a" * 5000]
)
def test_every_miss_is_the_same_404_page(anyone: httpx.Client, code: str) -> None:
    page = anyone.get(f"/v/{code}")
    assert page.status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.content == anyone.get("/v/TRC-ZZZ-99-ZZZZZZ").content
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize(
    "path",
    [
        "/v//",
        "/v/a/b",
        "/docs//example.com/",
        "/api/v1/",
        "/nothing",
        "/apiary",
        "/favicon.ico",
        "/%2e%2e/etc/passwd",
    ],
)
def test_other_addresses_have_a_page_too(anyone: httpx.Client, path: str) -> None:
    page = anyone.get(path, follow_redirects=False)
    assert page.status_code == 404
    assert Outline(page.text).open == []


@pytest.mark.parametrize("path", ["/v", "/docs", "/dashboard"])
def test_a_slash_at_the_end_is_forgiven(anyone: httpx.Client, path: str) -> None:
    for query in ("", "?lang=nl&x=//example.com/"):
        led = anyone.get(f"{path}/{query}", follow_redirects=False)
        assert (led.status_code, led.headers["location"]) == (308, f"{path}{query}")
    assert anyone.post(f"{path}/").status_code in {404, 405}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_a_page_is_only_read(anyone: httpx.Client, method: str) -> None:
    page = anyone.request(method, "/v/TRC-EXA-26-AAAAAA")
    assert page.status_code == 405
    assert {name.strip() for name in page.headers["allow"].split(",")} == {"GET", "HEAD"}


def test_what_is_far_away_is_shown_as_any_date(academy: Academy, anyone: httpx.Client) -> None:
    code = academy.issue()["code"]
    academy.alter(code, expires_at=FAR, issued_at=datetime(1970, 1, 1, tzinfo=UTC))
    page = anyone.get(f"/v/{code}").text
    assert "1 January 2199" in page
    assert "1 January 1970" in page
