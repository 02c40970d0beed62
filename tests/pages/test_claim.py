"""The claim page: opening changes nothing, the button claims, and nobody else learns of the link."""

from collections.abc import Coroutine, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.types import Scope

import pages
from pages.gate import Gate
from pages.site import Means
from printing.printer import Printer
from rules import claims
from rules.certificates import Certificate
from rules.errors import Refused
from rules.links import Links
from server import contract
from services.keyring import Keyring
from tests.academies import HOLDER, Academy
from tests.claiming import claim, token_for, token_in
from tests.installation import SECRET, UNLIMITED, Installation
from tests.pages.outline import Outline
from tests.pages.reading import Page
from tests.postbox import Postbox

KEYRING = Keyring(SECRET)
DAY = timedelta(days=1)
CHECK = 'class="button plain" href="/v"'
EITHER_WAY = pytest.mark.parametrize("method", ["GET", "POST"])
"""By opening the link, and by the button of a page left open."""


def link(issued: dict[str, Any], *, ago: timedelta = timedelta(0), key: bytes | None = None) -> str:
    """The path of the link that was mailed for a certificate a while ago."""
    now = datetime.now(UTC) - ago
    token = claims.token(key or KEYRING.claim_keys[0], UUID(issued["id"]), issued["holder_email"], now)
    return Links("").claim(token)


def assert_private(page: httpx.Response) -> None:
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex"
    assert "frame-ancestors 'none'" in page.headers.get("content-security-policy", "frame-ancestors 'none'")


def shown(page: httpx.Response, status: int = 200) -> Outline:
    """A page that answers so and is whole."""
    assert page.status_code == status, page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert_private(page)
    outline = Outline(page.text)
    assert outline.open == []
    assert outline.seen.count("h1") == 1
    return outline


def test_opening_the_link_shows_the_certificate_and_changes_nothing(academy: Academy, anyone: httpx.Client) -> None:
    issued = academy.issue(academy.course(validity_period_months=12)["id"])
    page = anyone.get(link(issued))
    outline = shown(page)
    for said in ("Jane Doe", "Web Development", "Example Academy", issued["code"], issued["expires_at"][:10]):
        assert said in page.text
    assert outline.seen.count("form") == 1
    (form,) = Page(page).forms
    assert (form.method, form.action, list(form.fields)) == ("post", "", ["csrf"])
    head = anyone.head(link(issued))
    assert (head.status_code, head.content) == (200, b"")
    assert_private(head)
    assert academy.read(issued["code"])["claimed_at"] is None


def test_the_button_claims_and_leads_to_the_page_that_may_be_shown(academy: Academy, anyone: httpx.Client) -> None:
    issued = academy.issue()
    path = link(issued)
    fields = Page(anyone.get(path)).forms[0].fields
    answer = anyone.post(path, data=fields, follow_redirects=False)
    assert answer.status_code == 303
    assert_private(answer)
    assert answer.headers["location"] == f"/v/{issued['code']}?claimed"
    claimed_at = academy.read(issued["code"])["claimed_at"]
    assert claimed_at is not None
    told = Page(anyone.get(answer.headers["location"]))
    assert "This certificate is claimed" in told.words
    assert f"/v/{issued['code']}.pdf" in told.hrefs
    assert anyone.post(path, data=fields, follow_redirects=False).headers["location"] == answer.headers["location"]
    assert academy.read(issued["code"])["claimed_at"] == claimed_at


def test_a_used_link_shows_that_the_certificate_is_claimed(academy: Academy, anyone: httpx.Client) -> None:
    issued = academy.issue()
    claim(anyone, token_for(issued))
    page = anyone.get(link(issued))
    assert "form" not in shown(page).seen
    hrefs = Page(page).hrefs
    assert {issued["links"]["verify_page"], f"/v/{issued['code']}.pdf", f"/v/{issued['code']}.png"} <= set(hrefs)
    assert [href for href in hrefs if "linkedin.com" in href]
    assert "is claimed" in page.text
    assert "Open the certificate’s page" in Page(page).words


def test_the_word_in_the_address_claims_nothing(academy: Academy, anyone: httpx.Client) -> None:
    issued, revoked = academy.issue(), academy.issue()
    claim(anyone, token_for(revoked))
    academy.revoke(revoked["code"])
    for code in (issued["code"], revoked["code"]):
        assert "This certificate is claimed" not in Page(anyone.get(f"/v/{code}?claimed")).words
    assert academy.read(issued["code"])["claimed_at"] is None


@EITHER_WAY
@pytest.mark.parametrize("altered", ["x", "a.b.c", "%00", "%0d%0aSet-Cookie:x", "%3Cscript%3E", "%ff", "a" * 5000])
def test_what_is_no_link_of_ours_is_refused(anyone: httpx.Client, method: str, altered: str) -> None:
    page = anyone.request(method, f"/claim/{altered}")
    shown(page, 422)
    assert Page(page).facts == []
    assert "set-cookie" not in page.headers


@EITHER_WAY
def test_a_link_signed_by_somebody_else_is_refused(academy: Academy, anyone: httpx.Client, method: str) -> None:
    issued = academy.issue()
    page = anyone.request(method, link(issued, key=bytes(32)))
    assert "This link does not work" in page.text
    assert CHECK in page.text
    assert "form" not in shown(page, 422).seen
    assert academy.read(issued["code"])["claimed_at"] is None


@EITHER_WAY
def test_an_expired_link_says_how_to_get_another(academy: Academy, anyone: httpx.Client, method: str) -> None:
    issued = academy.issue()
    path = link(issued, ago=8 * DAY)
    page = anyone.request(method, path)
    shown(page, 410)
    assert "ask the academy" in page.text
    (form,) = Page(page).forms
    assert (form.method, form.action) == ("post", f"{path}/new-mail")
    assert academy.read(issued["code"])["claimed_at"] is None


def test_an_expired_link_is_exchanged_for_a_mail(sender: Academy, postbox: Postbox) -> None:
    address = f"{uuid4().hex}@example.com"
    issued = sender.issue(holder_email=address, notify=False)
    path = link(issued, ago=8 * DAY)
    (form,) = Page(sender.web.get(path)).forms
    for _ in range(2):  # the second is too soon, which is told in the same words
        answer = sender.web.post(form.action, data=form.fields, follow_redirects=False)
        assert answer.status_code == 303
        assert_private(answer)
        after = sender.web.get(str(answer.url.join(answer.headers["location"])))
        assert "form" not in shown(after, 410).seen
        assert "A new link is on its way" in after.text
    (mail,) = postbox.wait(address)
    assert sender.web.get(f"/claim/{token_in(mail)}").status_code == 200
    assert len(postbox.sent_to(address)) == 1


def test_no_mail_is_offered_where_it_would_not_claim(academy: Academy, anyone: httpx.Client) -> None:
    claimed, revoked, corrected = academy.issue(), academy.issue(), academy.issue()
    old = {issued["code"]: link(issued, ago=8 * DAY) for issued in (claimed, revoked, corrected)}
    claim(anyone, token_for(claimed))
    academy.revoke(revoked["code"])
    academy.call("PATCH", f"/api/v1/certificates/{corrected['code']}", json={"holder_email": "jane@example.org"})
    for issued, said in ((claimed, "is claimed already"), (revoked, "has revoked"), (corrected, "newer one")):
        page = anyone.get(old[issued["code"]])
        assert "form" not in shown(page, 410).seen
        assert said in page.text
    assert claimed["links"]["verify_page"] in Page(anyone.get(old[claimed["code"]])).hrefs


@pytest.mark.parametrize("where", ["", "/new-mail"])
@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({}, {}),
        ({"csrf": "0" * 32 + "." + "0" * 64}, {}),
        (None, {"origin": "https://elsewhere.example"}),
        (None, {"sec-fetch-site": "cross-site", "origin": "null"}),
    ],
)
def test_only_our_own_form_is_taken(
    academy: Academy, anyone: httpx.Client, where: str, fields: dict[str, str] | None, headers: dict[str, str]
) -> None:
    issued = academy.issue()
    path = link(issued, ago=8 * DAY if where else timedelta(0))
    good = Page(anyone.get(path)).forms[0].fields
    shown(anyone.post(path + where, data=good if fields is None else fields, headers=headers), 403)
    assert academy.read(issued["code"])["claimed_at"] is None


@pytest.mark.parametrize(
    "headers", [{"origin": "null"}, {"sec-fetch-site": "same-origin", "origin": "null"}, {"sec-fetch-site": "none"}]
)
def test_a_browser_that_tells_no_origin_is_believed(
    academy: Academy, anyone: httpx.Client, headers: dict[str, str]
) -> None:
    path = link(academy.issue())
    fields = Page(anyone.get(path)).forms[0].fields
    assert anyone.post(path, data=fields, headers=headers).status_code == 303


@EITHER_WAY
def test_a_revoked_certificate_is_not_claimed(academy: Academy, anyone: httpx.Client, method: str) -> None:
    issued = academy.issue()
    academy.revoke(issued["code"])
    page = anyone.request(method, link(issued))
    shown(page, 409)
    assert CHECK in page.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(anyone: httpx.Client, method: str) -> None:
    page = anyone.request(method, "/claim/a.b.c")
    shown(page, 405)
    assert {name.strip() for name in page.headers["allow"].split(",")} == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("path", ["/claim/", "/claim/a/b", "/claim/a.b.c/"])
def test_beside_the_links_there_is_nothing(anyone: httpx.Client, path: str) -> None:
    shown(anyone.get(path), 404)


def test_a_strangers_text_stays_text(academy: Academy, anyone: httpx.Client) -> None:
    nasty = "</title><script>alert(1)</script>'\"&"
    issued = academy.issue(academy.course(name=nasty)["id"], holder_name=nasty)
    page = anyone.get(link(issued))
    shown(page)
    assert Page(page).facts == []
    assert Page(page).words.count(nasty) == 3


def test_visits_count_as_public_requests(limited: Installation) -> None:
    with limited.client() as web:
        web.headers["X-Forwarded-For"] = f"198.18.{limited.port % 250}.77"  # an address that no other test has
        answers = [web.get("/claim/a.b.c"), web.post("/claim/a.b.c")]
        answers += [web.get(f"/api/v1/verify/TRC-EXA-26-{code}") for code in ("AAAAAA", "BBBBBB")]
        assert [answer.status_code for answer in answers] == [422, 422, 404, 404]
        page = web.get("/claim/a.b.c")
        shown(page, 429)
        assert f"in {page.headers['retry-after']} seconds" in page.text


@pytest.fixture(scope="module", params=["json", "console"])
def logging(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation on SQLite that logs in either format."""
    settings = {**UNLIMITED, "TRUECERTA_LOG_FORMAT": request.param}
    made = Installation(tmp_path_factory.mktemp("logging"), environment=settings)
    made.start()
    yield made
    made.stop()


def test_no_link_is_logged(logging: Installation) -> None:
    with logging.client(logging.organization()["api_key"]) as web:
        course = web.post("/api/v1/courses", json={"name": "Web Development"}).json()["data"]
        issued = web.post("/api/v1/certificates", json={"course_id": course["id"], **HOLDER}).json()["data"]
        path = link(issued)
        asked = [("GET", path), ("POST", path), ("PUT", path), ("GET", f"{path}/x"), ("GET", f"/x{path}")]
        fields = Page(web.get(path)).forms[0].fields
        statuses = [
            web.request(method, address, data=fields if method == "POST" else None).status_code
            for method, address in asked
        ]
    assert statuses == [200, 303, 405, 404, 404]
    logging.stop()
    said = logging.log.read_text().replace(r"\u2026", "…")
    assert said.count("/claim/…") == len(asked) + 1
    for piece in path.removeprefix("/claim/").split("."):
        assert piece not in said


class OpenGate:
    """Lets everybody in, to a database that fails in one way."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    def status(self, refused: Refused) -> int:
        """A status of its own for each kind of refusal."""
        return {"unavailable": 503}.get(refused.code, 500)

    def refusal_of(self, fault: Exception) -> Refused:
        """The database is away when a connection is refused."""
        return Refused("unavailable" if isinstance(fault, OSError) else "internal_error", "Later.", retry_after=2)

    async def counted(self, scope: Scope) -> None:
        """Nobody is counted."""

    async def before(self, scope: Scope) -> None:
        """Nobody is held back."""

    async def missed(self, scope: Scope) -> None:
        """No miss is counted."""

    async def within_deadline(self, work: Coroutine[Any, Any, Certificate]) -> Certificate:
        """The fault."""
        with closing(work):
            raise self._fault


@pytest.mark.parametrize(
    ("fault", "status", "said"), [(OSError(), 503, "not available"), (KeyError(), 500, "our side")]
)
async def test_a_fault_has_a_page_too(fault: Exception, status: int, said: str) -> None:
    means = Means(
        links=Links("http://test"),
        gate=cast("Gate", OpenGate(fault)),
        keyring=KEYRING,
        printer=cast("Printer", None),
        contract=contract.document(),
    )
    app = pages.site(means, [])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # it goes on to the log
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as web:
        for page in (await web.get("/claim/a.b.c"), await web.post("/claim/a.b.c"), await web.get("/v/x")):
            assert page.status_code == status
            assert said in page.text.lower()
            assert page.headers["retry-after"] == "2"
        assert_private(await web.get("/claim/a.b.c"))
