"""How somebody signs in at the dashboard's door."""

from playwright.sync_api import Page, expect

PATH = "/dashboard/sign-in"


def sign_in(page: Page, email: str, password: str) -> None:
    """By the form, as a person does; at the end the dashboard is there."""
    page.goto(PATH)
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")
