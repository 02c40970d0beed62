"""What is checked of every form before anything is done: from where it comes, whose it is, how large."""

import re
from collections.abc import Iterator, Mapping
from html import unescape

import httpx
import pytest

from pages.dashboard import ENTRIES
from tests.pages.dashboard.test_roles import address, reason
from tests.pages.dashboard.world import World, changed, picture_of
from tests.people import COOKIE, Browser, csrf_in, session_of, visiting

PLAIN = "application/x-www-form-urlencoded"


@pytest.fixture
def owner(world: World) -> Iterator[Browser]:
    """Somebody who may do everything."""
    with visiting(world.installation, world.own.token("owner")) as browser:
        browser.csrf()
        yield browser


FOREIGN = [
    {"Origin": "https://example.com"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://example.com"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_no_form_of_another_site_does_anything(world: World, owner: Browser, headers: Mapping[str, str]) -> None:
    """Every entry that changes something, with a token that is right."""
    before = picture_of(world.database)
    answers = [
        (entry.path, owner.post(address(entry, world.own), headers=headers, name="Changed"))
        for entry in ENTRIES
        if entry.method == "POST"
    ]
    assert {(answer.status_code, reason(answer)) for _, answer in answers} == {(403, "This did not come from our page")}
    assert changed(before, picture_of(world.database)) == {}


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Sec-Fetch-Site": "none"}, {}]
)
def test_a_form_of_ours_counts_as_ours(owner: Browser, headers: Mapping[str, str]) -> None:
    answer = owner.post("/account/name", headers=headers, name="Jane Roe")
    assert answer.status_code == 303
    assert owner.post("/account/name", headers={"Origin": str(owner.web.base_url)}, name="Jane").status_code == 303


def test_no_form_without_the_visitors_own_token_does_anything(world: World, owner: Browser) -> None:
    with visiting(world.installation, world.own.token("owner")) as another:
        strange = another.csrf()  # of the same person in another session
    before = picture_of(world.database)
    for token in ("", "x", strange, f"{owner.csrf()}0", owner.csrf().upper(), "0" * 32 + "." + "0" * 64):
        for entry in ENTRIES:
            if entry.method == "POST" and entry.role is not None:
                form = {"csrf": token, "name": "Changed"}
                answer = owner.web.post(f"/dashboard{address(entry, world.own)}", data=form)
                assert (answer.status_code, reason(answer)) == (403, "Please send this once more"), entry.path
    assert changed(before, picture_of(world.database)) == {}


def test_nothing_typed_is_lost_when_the_session_ends_meanwhile(world: World) -> None:
    somebody = world.own.people["editor"]
    typed = 'Anna <b>"de" Vries</b>\r\n & sons'
    with visiting(world.installation, world.own.token("editor")) as browser:
        form = {"csrf": browser.csrf(), "name": "Anna <b>", "text": typed, "several": ["one", "two"]}
        browser.web.cookies.delete(COOKIE)
        kept = browser.web.post("/dashboard/account/name", data=form)
        assert (kept.status_code, reason(kept)) == (403, "You were signed out meanwhile")
        # signed in again in another tab, then sent again: a fresh token is needed, and is given
        renewed = session_of(world.database, somebody, world.own.academy.id)
        browser.web.cookies.set(COOKIE, renewed, domain="127.0.0.1")
        again = browser.web.post(action_of(kept), data=fields_of(kept))
        assert (again.status_code, reason(again)) == (403, "Please send this once more")
        fields = fields_of(again)
        assert fields["name"] == ["Anna <b>"]
        assert fields["text"] == [typed]
        assert fields["several"] == ["one", "two"]
        done = browser.web.post(action_of(again), data=fields)
        assert done.headers["location"] == "/dashboard/account"
        assert "Anna &lt;b&gt;" in browser.get("/account").text


def test_a_password_is_never_shown_again(world: World) -> None:
    with visiting(world.installation) as browser:
        form = {"csrf": "stale", "email": "jane@example.com", "password": "three short words"}
        page = browser.web.post("/dashboard/sign-in", data=form)
        assert page.status_code == 403
        assert "three short words" not in page.text
        assert "Open the form again" in page.text


def action_of(page: httpx.Response) -> str:
    """Where the last form of a page leads."""
    return unescape(re.findall('<form method="post" action="([^"]+)"', page.text)[-1])


def fields_of(page: httpx.Response) -> dict[str, list[str]]:
    """What the last form of a page holds."""
    form = page.text.rpartition("<form")[2]
    found: dict[str, list[str]] = {}
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    # The first line break of a textarea is none of its value (HTML, 4.10.11); breaks are sent as CR and LF.
    areas = re.findall(r'<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL)
    for name, value in [*inputs, *areas]:
        found.setdefault(unescape(name), []).append(re.sub("\r?\n", "\r\n", unescape(value)))
    return found


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"name=" + b"a" * 262_144, PLAIN, 413),
        (b"name=%ff", PLAIN, 400),
        (b"name=\xff", PLAIN, 400),
        (b"name=a%00b", PLAIN, 400),
        (b"&".join(b"a=1" for _ in range(300)), PLAIN, 400),
        (b'{"name": "a"}', "application/json", 415),
        (b"name=a", "text/plain", 415),
        (b"no parts at all", "multipart/form-data; boundary=x", 400),
        (b"no boundary", "multipart/form-data", 400),
        (b"--x\r\n" + b"a" * 3_200_000, "multipart/form-data; boundary=x", 413),
    ],
)
def test_a_form_has_bounds_and_is_one(owner: Browser, content: bytes, kind: str, status: int) -> None:
    answer = owner.web.post("/dashboard/account/name", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"


def test_a_file_that_is_too_large_leads_back_to_its_form(owner: Browser) -> None:
    answer = owner.post("/settings/academy/logo", files={"logo": ("logo.png", b"a" * 3_200_000, "image/png")})
    assert (answer.status_code, reason(answer)) == (413, "This was too large")
    assert "a file may have at most 2 MB" in answer.text
    assert 'href="/dashboard/settings/academy/logo">Open the form again</a>' in answer.text
    typed = owner.post("/account/name", name="a" * 262_144)
    assert "longer than 256 kB" in typed.text
    assert "Open the form again" not in typed.text  # nothing is shown at that address


def test_every_page_that_says_no_leads_back_alike(world: World, owner: Browser) -> None:
    with visiting(world.installation) as stranger:
        pages = [
            owner.get("/certificates/TRC-ZZZ-99-ZZZZZZ"),
            owner.get("/nothing"),
            owner.post("/account/name", headers=FOREIGN[0], name="Changed"),
            stranger.get("/nothing"),
        ]
    assert [page.status_code for page in pages] == [404, 404, 403, 404]
    for page in pages:
        assert '<a href="/dashboard">Back to the dashboard</a>' in page.text
    assert "does not belong to your academy" in pages[0].text
    assert "organization" not in pages[0].text


def test_a_form_with_parts_is_read_as_well(owner: Browser) -> None:
    files = {"other": ("a.txt", b"bytes", "text/plain")}
    assert owner.post("/account/name", files=files, name="Zoë").status_code == 303
    assert "Zoë" in owner.get("/account").text


@pytest.mark.parametrize("path", ["/nothing", "/courses/", "/settings", "/%2e%2e/v", "/%00", "/account?x=%00"])
def test_other_addresses_have_a_page_that_nobody_keeps(owner: Browser, path: str) -> None:
    answer = owner.get(path)
    assert answer.status_code == (200 if "?" in path else 404)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "POST"])
def test_an_entry_is_asked_in_its_own_way_only(owner: Browser, method: str) -> None:
    answer = owner.web.request(method, "/dashboard/account")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_a_page_says_what_holds_for_it(owner: Browser) -> None:
    page = owner.get("/account")
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["x-robots-tag"] == "noindex"
    assert page.headers["x-content-type-options"] == "nosniff"
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert csrf_in(page) != csrf_in(owner.get("/account"))
