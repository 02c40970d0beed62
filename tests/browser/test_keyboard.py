"""Everything by Tab, Enter and letters: one always sees where one is, and gets everywhere."""

import re
from typing import Literal
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import signing_in
from tests.browser.accessibility import DESKTOP, PHONE
from tests.browser.conftest import Visiting
from tests.browser.world import NEWCOMER, OWNER, PASSWORD, World
from tests.claiming import token_for

MOST_STOPS = 80
_IS_FOCUSED = "each => each === document.activeElement"
_IS_SEEN = """() => {
    const focused = document.activeElement, style = getComputedStyle(focused), box = focused.getBoundingClientRect();
    if (focused.type === 'date') return '';  // the browser marks day, month, year and calendar each by itself
    const isMarked = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
    const isInside = box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight && box.right > 0;
    return isMarked && isInside ? '' : focused.outerHTML.slice(0, 200);
}"""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it is reached; every stop on the way is to be seen."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        assert page.evaluate(_IS_SEEN) == ""
        if wanted.evaluate(_IS_FOCUSED):
            return
    raise AssertionError(f"no way to {wanted} by Tab")


def press(page: Page, role: Literal["button", "link"], name: str) -> None:
    """Go to a button or link and use it, which leads to another page."""
    tab_to(page, page.get_by_role(role, name=name, exact=True))
    enter(page)


def press_here(page: Page, name: str) -> None:
    """Go to a button that changes this page, and use it."""
    tab_to(page, page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")


def enter(page: Page) -> None:
    """Send the form, or follow the link, that one is in."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_in(page: Page, label: str, text: str) -> None:
    """Go to a field and write."""
    tab_to(page, page.get_by_label(label))
    page.keyboard.type(text)


def test_one_signs_in_makes_a_course_and_issues(anyone_visiting: Visiting) -> None:
    with anyone_visiting(viewport=DESKTOP, reduced_motion="reduce") as (page, _):
        page.goto(signing_in.PATH)
        type_in(page, "Email address", NEWCOMER)
        type_in(page, "Password", PASSWORD)
        enter(page)
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")
        press(page, "link", "Courses")
        press(page, "link", "Create a course")
        type_in(page, "Name", "Pottery")
        press(page, "button", "Create the course")
        expect(page.get_by_role("heading", level=1)).to_have_text("Pottery")
        press(page, "link", "Certificates")
        press(page, "link", "Issue a certificate")
        type_in(page, "Course", "Pottery")
        type_in(page, "Name", "Kim Keys")
        type_in(page, "Email address", "kim@example.com")
        press(page, "button", "Issue the certificate")
        expect(page.get_by_role("heading", level=1)).to_have_text("Kim Keys")
        press(page, "link", "Revoke")
        type_in(page, "Reason", "A slip of the keys.")
        press(page, "button", "Revoke this certificate")
        expect(page.get_by_text("A slip of the keys.")).to_be_visible()


def test_a_form_with_errors_leads_to_its_fields(visiting: Visiting) -> None:
    with visiting(OWNER, viewport=DESKTOP, reduced_motion="reduce") as (page, _):
        page.goto("/dashboard/courses/new")
        type_in(page, "Name", "Weaving")
        type_in(page, "Months", "soon")
        press(page, "button", "Create the course")
        expect(page.get_by_role("alert")).to_be_focused()
        tab_to(page, page.get_by_role("alert").get_by_role("link"))
        page.keyboard.press("Enter")
        expect(page.get_by_label("Months")).to_be_focused()
        expect(page.get_by_label("Months")).to_have_value("soon")


@pytest.mark.parametrize("path", ["/", "/v/{valid}", "/docs", "/dashboard/sign-in", "/dashboard/certificates"])
def test_the_first_stop_leads_past_what_is_on_every_page(path: str, visiting: Visiting, full_world: World) -> None:
    who = OWNER if path.endswith("certificates") else ""
    with visiting(who, viewport=DESKTOP, reduced_motion="reduce") as (page, _):
        page.goto(path.format(**full_world.places))
        page.keyboard.press("Tab")
        assert page.evaluate(_IS_SEEN) == ""
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")
        assert page.evaluate(_IS_SEEN) == ""


def test_the_folded_menu_opens_and_closes(visiting: Visiting) -> None:
    with visiting(OWNER, viewport=PHONE, reduced_motion="reduce") as (page, _):
        page.goto("/dashboard")
        courses = page.get_by_role("link", name="Courses", exact=True)
        expect(courses).to_be_hidden()
        tab_to(page, page.get_by_role("button", name="Menu"))
        page.keyboard.press("Enter")
        expect(courses).to_be_visible()
        page.keyboard.press("Escape")
        expect(courses).to_be_hidden()
        expect(page.get_by_role("button", name="Menu")).to_be_focused()
        page.keyboard.press("Enter")
        press_here(page, "Close")
        expect(courses).to_be_hidden()
        expect(page.get_by_role("button", name="Menu")).to_be_focused()
        page.keyboard.press("Enter")
        tab_to(page, courses)
        enter(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Courses")


def test_a_holder_claims_and_an_employer_checks(anyone_visiting: Visiting, full_world: World) -> None:
    issued = full_world.academy.issue(
        full_world.places["course_id"], holder_name="Tabitha Tabb", holder_email=f"{uuid4().hex}@example.com"
    )
    with anyone_visiting(viewport=PHONE, reduced_motion="reduce") as (page, _):
        page.goto(f"/claim/{token_for(issued)}")
        press(page, "button", "Claim this certificate")
        expect(page).to_have_url(re.compile(rf"/v/{issued['code']}\?claimed$"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Valid")
        page.goto("/v")
        type_in(page, "Code", issued["code"])
        enter(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Valid")
