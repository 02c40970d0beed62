"""What an employer's browser has to do for the verify page: little, nothing with anybody else, and no script."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser import signing_in
from tests.browser.accessibility import PHONE
from tests.browser.addresses import VERDICTS
from tests.browser.conftest import Visiting
from tests.browser.world import OWNER, PASSWORD, World

MOST_BYTES = 100_000
WORDS = {
    "valid": "Valid",
    "never_expires": "Valid, never expires",
    "expired": "Expired",
    "renewed": "Renewed",
    "revoked": "Revoked",
}


@pytest.mark.parametrize("verdict", [*VERDICTS, "claimed"])
def test_the_verify_page_is_light(verdict: str, anyone_visiting: Visiting, full_world: World) -> None:
    with anyone_visiting() as (page, watch):
        page.goto(f"/v/{full_world.places[verdict]}", wait_until="networkidle")
        for fold in page.get_by_role("group").all():
            fold.locator("summary").click()  # pictures in what is folded come when they are seen
        page.wait_for_load_state("networkidle")
        sizes = [request.sizes() for request in watch.requests]
        bytes_sent = sum(each["responseBodySize"] + each["responseHeadersSize"] for each in sizes)
    assert 1_000 < bytes_sent < MOST_BYTES, [request.url for request in watch.requests]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_verdict_needs_no_script(verdict: str, anyone_visiting: Visiting, full_world: World) -> None:
    code = full_world.places[verdict]
    with anyone_visiting(java_script_enabled=False, viewport=PHONE) as (page, _):
        page.goto("/v")
        page.get_by_label("Code").fill(f" {code.lower().replace('-', ' ')} ")
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(WORDS[verdict])
        assert page.url.endswith(f"/v/{code}")
        if verdict == "renewed":
            page.get_by_role("link", name="replaced it").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Valid")
            assert page.url.endswith(full_world.places["successor"])
        page.get_by_role("link", name="Nederlands").click()
        expect(page.locator("html")).to_have_attribute("lang", "nl")


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_print_is_one_sheet_that_leads_back(
    verdict: str, language: str, anyone_visiting: Visiting, full_world: World
) -> None:
    code = full_world.places[verdict]
    with anyone_visiting(color_scheme="dark") as (page, _):
        page.goto(f"/v/{code}?lang={language}")
        page.emulate_media(media="print")
        expect(page.locator(".qr")).to_be_visible(visible=verdict != "revoked")
        (sheet,) = PdfReader(BytesIO(page.pdf(format="A4"))).pages
    words = re.sub(r"\s", "", sheet.extract_text())
    assert (f"/v/{code}" in words) == (verdict != "revoked")
    assert code in words


def test_what_leads_elsewhere_is_as_high_as_a_finger(anyone_visiting: Visiting) -> None:
    with anyone_visiting(viewport=PHONE) as (page, _):
        page.goto("/")
        links = page.locator(".languages a, .site-foot a").all()
        heights = [(box := link.bounding_box()) and box["height"] for link in links]
    assert len(heights) == 5
    assert min(height or 0 for height in heights) >= 44


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_logo_drawn_for_white_paper_has_white_behind_it_in_the_dark(scheme: str, anyone_visiting: Visiting) -> None:
    with anyone_visiting(color_scheme=scheme) as (page, _):
        page.goto("/")
        ground = page.evaluate(
            """() => {
                const logo = document.querySelector("main").appendChild(new Image());
                logo.className = "mark";
                return getComputedStyle(logo).backgroundColor;
            }"""
        )
    assert (ground == "rgb(255, 255, 255)") == (scheme == "dark")


def test_what_the_academy_does_needs_no_script(anyone_visiting: Visiting, full_world: World) -> None:
    address = f"{uuid4().hex}@example.com"
    with anyone_visiting(java_script_enabled=False, viewport=PHONE) as (page, _):
        signing_in.sign_in(page, OWNER, PASSWORD)
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("link", name="Certificates", exact=True).click()
        page.get_by_role("link", name="Issue a certificate").click()
        page.get_by_label("Course").select_option("Web Development")
        page.get_by_label("Name").fill("Noor Scriptless")
        page.get_by_label("Email address").fill(address)
        page.get_by_role("button", name="Issue the certificate").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Noor Scriptless")
        full_world.postbox.wait(address)
        issued = page.url
        sign_out(page)
        page.goto(issued)
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text(re.compile("signed out"))).to_be_visible()
