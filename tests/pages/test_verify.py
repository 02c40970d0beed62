"""The verify page: what it shows in each state, what it offers, and what other programs read in it."""

import gzip
import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from pages import verify
from pages.sharing import qr_code
from pages.texts import Texts
from rules import colours
from services import organizations
from services.callers import Caller
from tests.academies import Academy
from tests.claiming import claim, token_for
from tests.installation import UNLIMITED, Installation
from tests.pages.reading import Page

NASTY = "</script><script>alert(1)</script> \u2028 <!-- \\u003c '\" שלום \u202e abc {{ 7 * 7 }}"


def issued_as(academy: Academy, status: str) -> dict[str, Any]:
    """A certificate in a state, by the API."""
    months = None if status == "never_expires" else 12
    since = {"issued_at": "2023-03-15T10:00:00Z"} if status == "expired" else {}
    issued = academy.issue(academy.course(validity_period_months=months)["id"], **since)
    if status == "revoked":
        academy.revoke(issued["code"], reason="Issued in error.\nSorry.")
    if status == "renewed":
        academy.post(f"/api/v1/certificates/{issued['code']}/renew")
    return academy.read(issued["code"])


STATES = {
    "valid": ("Valid", "It is genuine and valid until"),
    "never_expires": ("Valid, never expires", "It is genuine and does not expire."),
    "expired": ("Expired", "It is genuine, but it expired on 15 March 2024."),
    "renewed": ("Renewed", "It is genuine, but a newer one has taken its place."),
    "revoked": ("Revoked", "It is no longer valid, even if a print or PDF says it is."),
}


DATES = ("Expires on", "Expired on", "Revoked on")


@pytest.mark.parametrize("status", STATES)
def test_each_state_has_its_words_its_sign_and_what_goes_with_it(
    academy: Academy, anyone: httpx.Client, status: str
) -> None:
    issued = issued_as(academy, status)
    code = issued["code"]
    answer = anyone.get(f"/v/{code}")
    page = Page(answer)
    title, why = STATES[status]
    assert f"<h1>{title}</h1>" in answer.text
    assert why in page.words
    assert "Checked on" in page.words
    assert _sign(answer.text) not in {_sign(anyone.get(f"/v/{other}").text) for other in _others(academy, status)}
    assert ("Reason given: Issued in error. Sorry." in page.words) == (status == "revoked")
    assert ("Issued in error. Sorry." in _labelled(answer.text, "Reason")) == (status == "revoked")
    labels = {"expired": "Expired on", "revoked": "Revoked on"}
    assert [label for label in DATES if f"<dt>{label}</dt>" in answer.text] == [labels.get(status, "Expires on")]
    assert (issued["links"].get("renewed_by") in page.hrefs) == (status == "renewed")
    assert (f"/v/{code}.pdf" in page.hrefs) == (f"/v/{code}.png" in page.hrefs) == (status != "revoked")
    assert ("linkedin.com" in answer.text) == (status not in {"renewed", "revoked"})
    assert ("og:image" in page.meta) == (status != "revoked") == bool(page.facts)


def _labelled(html: str, label: str) -> str:
    """A fact by its label, with single blanks."""
    return " ".join(html.partition(f"<dt>{label}</dt>")[2].partition("</dd>")[0].split())


def _others(academy: Academy, status: str) -> list[str]:
    return [issued_as(academy, other)["code"] for other in STATES if other != status]


def _sign(html: str) -> str:
    """The picture in the verdict's card."""
    return html.partition('class="verdict')[2].partition("<svg")[2].partition("</svg>")[0]


@pytest.mark.parametrize("months", [None, 12])
def test_linkedin_is_told_what_the_certificate_says(academy: Academy, anyone: httpx.Client, months: int | None) -> None:
    course = academy.course(name="C++ & “Web” = 100 %", validity_period_months=months)
    issued = academy.issue(course["id"], issued_at="2026-03-31T23:30:00Z")
    (link,) = [href for href in Page(anyone.get(f"/v/{issued['code']}")).hrefs if "linkedin.com" in href]
    assert link.startswith("https://www.linkedin.com/profile/add?")
    expiry = {"expirationYear": "2027", "expirationMonth": "3"} if months else {}
    assert dict(parse_qsl(urlsplit(link).query, strict_parsing=True)) == {
        "startTask": "CERTIFICATION_NAME",
        "name": course["name"],
        "organizationName": "Example Academy",
        "issueYear": "2026",
        "issueMonth": "3",
        "certId": issued["code"],
        "certUrl": issued["links"]["verify_page"],
        **expiry,
    }


def test_programs_read_what_the_certificate_says(academy: Academy, anyone: httpx.Client) -> None:
    course = academy.course(
        description="Two terms.", eqf_level=5, nlqf_level="4+", qualification_label="MBO 4", validity_period_months=12
    )
    issued = academy.issue(course["id"])
    answer = anyone.get(f"/v/{issued['code'].lower()}")
    page, address = Page(answer), issued["links"]["verify_page"]
    assert page.links["canonical"] == page.meta["og:url"] == address
    assert page.meta["og:title"] == "Valid: Jane Doe, Web Development"
    assert page.meta["og:image"] == f"{address}/share.png"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert page.markup == {
        "@context": "https://schema.org",
        "@type": "EducationalOccupationalCredential",
        "@id": address,
        "url": address,
        "identifier": issued["code"],
        "name": "Web Development",
        "description": "Two terms.",
        "credentialCategory": "MBO 4",
        "educationalLevel": ["EQF 5", "NLQF 4+"],
        "recognizedBy": {
            "@type": "EducationalOrganization",
            "name": "Example Academy",
            "url": "https://example.com",
        },
        "dateCreated": issued["issued_at"],
        "expires": issued["expires_at"],
        "@reverse": {"hasCredential": {"@type": "Person", "name": "Jane Doe"}},
    }


def test_no_name_breaks_out_of_what_programs_read(academy: Academy, anyone: httpx.Client) -> None:
    code = academy.issue(academy.course(name=NASTY, description=NASTY)["id"], holder_name=NASTY)["code"]
    answer = anyone.get(f"/v/{code}")
    page = Page(answer)
    assert page.markup["name"] == page.markup["description"] == NASTY
    assert page.markup["@reverse"] == {"hasCredential": {"@type": "Person", "name": NASTY}}
    assert answer.text.count("<script") == 2  # the site's own and the markup
    assert "\u202e" not in page.meta["og:title"] + answer.text.partition("</title>")[0]


def test_a_claimed_one_is_an_open_badge(academy: Academy, anyone: httpx.Client) -> None:
    issued = academy.issue()
    before = Page(anyone.get(f"/v/{issued['code']}"))
    assert issued["links"]["open_badge"] not in before.hrefs
    assert f"/v/{issued['code']}/lost-mail" in before.hrefs
    assert "This does not affect its validity." in before.words
    assert claim(anyone, token_for(issued)).status_code == 200
    answer = anyone.get(f"/v/{issued['code']}")
    after = Page(answer)
    assert issued["links"]["open_badge"] in after.hrefs
    assert f"/v/{issued['code']}/lost-mail" not in after.hrefs
    assert "validity" not in after.words
    picture = answer.text.partition('<img src="')[2].partition('"')[0]
    assert anyone.get(picture).headers["content-type"] == "image/svg+xml"


def test_whom_it_belongs_to_is_asked_last_and_casts_no_doubt(academy: Academy, anyone: httpx.Client) -> None:
    answer = anyone.get(f"/v/{academy.issue()['code']}")
    words = Page(answer).words
    assert 0 < words.index("How to check this yourself") < words.index("Is this your certificate?")
    assert "waiting" not in answer.text


@pytest.mark.parametrize(
    ("after", "english", "dutch"),
    [
        (timedelta(hours=1), "That is today.", "Dat is vandaag."),
        (timedelta(days=1), "That is in 1 day.", "Dat is over 1 dag."),
        (timedelta(days=30), "That is in 30 days.", "Dat is over 30 dagen."),
        (timedelta(days=30, seconds=1), "", ""),
        (timedelta(0), "", ""),
    ],
)
def test_the_days_that_are_left_are_counted_by_the_dates_on_the_page(
    after: timedelta, english: str, dutch: str
) -> None:
    noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    days = verify.days_left(noon + after, noon)
    for language, said in (("en", english), ("nl", dutch)):
        key = {None: "", 0: "verify.soon.today", 1: "verify.soon.one"}.get(days, "verify.soon.many")
        assert (str(Texts(language)(key, days=days)) if key else "") == said


def test_one_that_expires_soon_says_when(academy: Academy, anyone: httpx.Client) -> None:
    issued, later = academy.issue(), academy.issue()
    academy.alter(issued["code"], expires_at=datetime.now(UTC) + timedelta(days=12))
    academy.alter(later["code"], expires_at=datetime.now(UTC) + timedelta(days=32))
    assert "That is in 12 days." in Page(anyone.get(f"/v/{issued['code']}")).words
    assert "That is in" not in Page(anyone.get(f"/v/{later['code']}")).words


def test_the_colour_of_an_academy_is_shown_as_its_certificates_have_it(academy: Academy, anyone: httpx.Client) -> None:
    change = {"accent_colour": "#ffee00"}
    academy.database.run(partial(organizations.update, Caller(academy.id), change, now=datetime.now(UTC)))
    answer = anyone.get(f"/v/{academy.issue()['code']}").text
    assert "#ffee00" not in answer
    assert f'fill="{colours.readable("#ffee00")}"' in answer


def test_pictures_of_other_hosts_are_not_shown(academy: Academy, anyone: httpx.Client) -> None:
    change = {"logo_url": "https://elsewhere.example/logo.png"}
    academy.database.run(partial(organizations.update, Caller(academy.id), change, now=datetime.now(UTC)))
    issued = academy.issue(academy.course(badge_image_url="https://elsewhere.example/badge.png")["id"])
    claim(anyone, token_for(issued))
    answer = anyone.get(f"/v/{issued['code']}")
    assert "elsewhere.example" not in answer.text
    assert issued["links"]["open_badge"] in Page(answer).hrefs


@pytest.mark.parametrize("address", ["https://example.com/v/TRC-ACA-26-F5N8K3", "http://127.0.0.1:8000/v/" + "x" * 200])
def test_the_qr_code_is_the_link(address: str) -> None:
    drawn = str(qr_code(address))
    assert "style" not in drawn
    assert [found.text for found in zxingcpp.read_barcodes(_painted(drawn))] == [address]


def _painted(svg: str) -> Image.Image:
    """The library's drawing: one path in which each dark run is a stroke, `h` by its length, and `m` a step between."""
    side = int(svg.partition('viewBox="0 0 ')[2].partition(" ")[0])
    image = Image.new("L", (side, side), 255)
    pen, x, y = ImageDraw.Draw(image), 0, 0.0
    for step, along, down in re.findall(r"([Mmh])(-?\d+)(?: (-?[\d.]+))?", svg.rpartition(' d="')[2]):
        if step == "h":
            pen.line((x, int(y), x + int(along) - 1, int(y)), fill=0)
        x, y = (0, 0.0) if step == "M" else (x, y)
        x, y = x + int(along), y + float(down or 0)
    return image.resize((side * 4, side * 4), Image.Resampling.NEAREST)


def test_it_is_light_and_asks_no_other_host(academy: Academy, anyone: httpx.Client) -> None:
    code = academy.issue(academy.course(description="Two terms. " * 400)["id"])["code"]
    answer = anyone.get(f"/v/{code}")
    page = Page(answer)
    own = [page.links["stylesheet"], page.links["icon"], answer.text.partition('<script src="')[2].partition('"')[0]]
    assert all(address.startswith("/static/") for address in own)
    files = [anyone.get(address).content for address in own]
    assert len(answer.content) + sum(len(gzip.compress(content)) for content in files) < 60_000


def test_only_the_sites_that_are_set_may_frame_it(academy: Academy, anyone: httpx.Client) -> None:
    for path in (f"/v/{academy.issue()['code']}", "/v/TRC-EXA-26-AAAAAA", "/v", "/"):
        assert "frame-ancestors 'none'" in anyone.get(path).headers["content-security-policy"]


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation whose verify page may be framed."""
    settings = {**UNLIMITED, "TRUECERTA_FRAME_ANCESTORS": "self https://*.example.org"}
    return Installation(tmp_path_factory.mktemp("framed"), environment=settings)


def test_a_setting_lets_others_frame_the_verify_page_alone(framed: Installation) -> None:
    framed.start()
    try:
        with framed.client(framed.organization()["api_key"]) as web:
            course = web.post("/api/v1/courses", json={"name": "Web Development"}).json()["data"]
            holder = {"holder_name": "Jane Doe", "holder_email": "jane@example.com"}
            issued = web.post("/api/v1/certificates", json={"course_id": course["id"], **holder}).json()["data"]
            page = f"/v/{issued['code']}"
            policies = {
                path: web.get(path).headers["content-security-policy"].rpartition("frame-ancestors ")[2]
                for path in (
                    f"/v/{issued['code']}",
                    "/v",
                    "/claim/x",
                    f"/v/{issued['code']}/lost-mail",
                    "/dashboard/sign-in",
                )
            }
    finally:
        framed.stop()
    assert policies.pop(page) == "'self' https://*.example.org"
    assert set(policies.values()) == {"'none'"}


def test_a_reader_of_dutch_gets_dutch(academy: Academy, anyone: httpx.Client) -> None:
    issued = academy.issue(issued_at="2026-03-15T10:00:00Z")
    page = Page(anyone.get(f"/v/{issued['code']}", headers={"accept-language": "nl"}))
    assert page.language == "nl"
    for said in ("Geldig, verloopt nooit", "15 maart 2026", "Toevoegen aan LinkedIn"):
        assert said in page.words
    assert "?lang=en" in page.hrefs
