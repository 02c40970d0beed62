"""The part of a form that says who holds a certificate."""

from pages.forms import Errors, Form
from rules import text

LABELS = {"holder_name": "Name", "holder_email": "Email address"}
_LONGEST_NAME = 200


def read(form: Form, errors: Errors) -> tuple[str, str]:
    """Name and email address as they were typed; what is wrong with either is told."""
    name, email = form.text("holder_name"), form.text("holder_email")
    if not name:
        errors["holder_name"] = "Enter the holder’s name."
    if not email:
        errors["holder_email"] = "Enter the holder’s email address."
    with errors.caught():
        name = text.line(name, field="holder_name", longest=_LONGEST_NAME)
    with errors.caught():
        email = text.address(email, field="holder_email")
    return name, email
