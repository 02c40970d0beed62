"""The whole story in one sitting: from signing in to a certificate that is issued, claimed, announced and revoked."""

import json
import re
from collections.abc import Iterator
from email.message import EmailMessage
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from standardwebhooks import Webhook

from tests.browser import signing_in
from tests.browser.accessibility import violations
from tests.browser.conftest import Visiting
from tests.browser.world import PASSWORD, World
from tests.postbox import text_of
from tests.server.probe import until

COURSE, HOLDER, REASON = "Bread and Pastry", "Zoë van der Berg", "Issued to the wrong person."


@pytest.fixture
def newcomer(full_world: World) -> str:
    """The owner of an academy where nothing has happened yet."""
    email = f"{uuid4().hex}@example.com"
    academy = full_world.installation.organization("Academy of Baking")
    full_world.person(email, academy["organization_id"])
    return email


@pytest.fixture
def page(anyone_visiting: Visiting, newcomer: str) -> Iterator[Page]:
    """That owner's browser, signed in by hand."""
    with anyone_visiting() as (page, _):
        signing_in.sign_in(page, newcomer, PASSWORD)
        yield page


@pytest.fixture
def holder(anyone_visiting: Visiting) -> Iterator[Page]:
    """The holder's browser, on a phone."""
    with anyone_visiting(viewport={"width": 360, "height": 740}) as (page, _):
        yield page


def test_the_whole_story(page: Page, holder: Page, full_world: World) -> None:
    create_course(page)
    key = create_key(page)
    address = f"{uuid4().hex}@example.com"
    code = issue(full_world, key, address)
    (mail,) = full_world.postbox.wait(address)
    claim(holder, mail, code)
    verdict_is(holder, code, "valid")
    assert holder.request.get(f"/v/{code}.pdf").headers["content-type"] == "application/pdf"
    add_webhook_and_see_its_delivery(page, full_world)
    revoke(page, code)
    verdict_is(holder, code, "revoked")
    expect(holder.get_by_text(REASON).first).to_be_visible()
    refused = holder.request.get(f"/v/{code}.pdf")
    assert (refused.status, refused.headers["content-type"]) == (410, "text/html; charset=utf-8")
    see_who_did_what(page)


def create_course(page: Page) -> None:
    page.get_by_role("link", name="Courses", exact=True).click()
    page.get_by_role("link", name="Create a course").click()
    page.get_by_role("button", name="Create the course").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()  # the browser asks for it
    page.get_by_label("Name", exact=True).fill(COURSE)
    page.get_by_label("months").fill("twelve")
    page.get_by_role("button", name="Create the course").click()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value(COURSE)
    assert violations(page) == []
    page.get_by_label("months").fill("12")
    page.get_by_role("button", name="Create the course").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(COURSE)


def create_key(page: Page) -> str:
    """The key, as it is shown this once."""
    page.get_by_role("link", name="API", exact=True).click()
    page.get_by_role("link", name="Create a key").click()
    page.get_by_label("Name").fill("Learning platform")
    page.get_by_role("button", name="Create key").click()
    key = page.get_by_label("Learning platform").input_value()
    assert violations(page) == []
    page.get_by_role("link", name="I have saved the key").click()
    expect(page.get_by_role("row", name=re.compile("Learning platform.*Never"))).to_be_visible()
    assert key not in page.content()
    return key


def issue(world: World, key: str, address: str) -> str:
    """A certificate of the one course, made by a program that has the key."""
    with world.installation.client(key) as program:
        (course,) = program.get("/api/v1/courses").json()["data"]
        wanted = {"course_id": course["id"], "holder_name": HOLDER, "holder_email": address}
        made = program.post("/api/v1/certificates", json=wanted)
    assert made.status_code == 201
    return str(made.json()["data"]["code"])


def claim(holder: Page, mail: EmailMessage, code: str) -> None:
    """By the link in the mail: opening it changes nothing, the button does."""
    verdict_is(holder, code, "valid")
    (link,) = set(re.findall(r"https?://\S+/claim/\S+", text_of(mail)))
    for _ in range(2):
        holder.goto(link)
        expect(holder.get_by_text(HOLDER).first).to_be_visible()
    holder.get_by_role("button", name=re.compile("Claim")).click()
    expect(holder.get_by_role("button", name=re.compile("Claim"))).to_have_count(0)
    holder.goto(link)
    expect(holder.get_by_role("button", name=re.compile("Claim"))).to_have_count(0)
    expect(holder.get_by_text(HOLDER).first).to_be_visible()


def verdict_is(somebody: Page, code: str, status: str) -> None:
    """What the page says and what it tells machines is the same."""
    answer = somebody.goto(f"/v/{code}")
    assert answer is not None
    assert answer.status == 200
    expect(somebody.get_by_role("heading", level=1)).to_contain_text(re.compile(status, re.IGNORECASE))
    expect(somebody.get_by_text(HOLDER).first).to_be_visible()


def add_webhook_and_see_its_delivery(page: Page, world: World) -> None:
    place = world.receiver.place()
    page.get_by_role("link", name="Webhooks", exact=True).click()
    page.get_by_role("link", name="Add an endpoint").click()
    page.get_by_label("Address").fill(place.url)
    page.get_by_label("Description").fill("Records")
    page.get_by_role("button", name="Add endpoint").click()
    secret = page.get_by_label("Secret").input_value()
    assert violations(page) == []
    page.get_by_role("link", name="I have saved the secret").click()
    page.get_by_role("button", name="Send a test").click()
    (came,) = place.wait()
    told = Webhook(secret).verify(came.body, dict(came.headers))
    assert told == json.loads(came.body)
    page.get_by_role("link", name="Records").click()
    log = page.get_by_role("group").filter(has_text="webhook.test")

    def is_delivered() -> bool:
        page.reload()
        return log.get_by_text("Delivered").count() > 0

    until(is_delivered)
    log.get_by_text("webhook.test").first.click()
    expect(log.get_by_text("Answered 200")).to_be_visible()
    expect(log.get_by_label("Body")).to_contain_text(told["event"])


def revoke(page: Page, code: str) -> None:
    page.get_by_role("link", name="Certificates", exact=True).click()
    page.get_by_role("searchbox").fill(HOLDER.partition(" ")[2])
    page.keyboard.press("Enter")
    page.get_by_role("link", name=HOLDER).click()
    page.get_by_role("link", name="Revoke").click()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Revoke this certificate").click()
    expect(page.get_by_text("The certificate was revoked.")).to_be_visible()
    expect(page.get_by_text(REASON)).to_be_visible()
    assert code in page.content()


def see_who_did_what(page: Page) -> None:
    page.get_by_role("link", name="Audit log", exact=True).click()
    for what in ("revoked a certificate", "added an endpoint", "created an API key", "created a course"):
        expect(page.get_by_role("group").filter(has_text=what).first).to_be_visible()
    by_key = page.get_by_role("group").filter(has_text="issued a certificate")
    expect(by_key).to_contain_text("The key Learning platform")
