"""The form of a course: what may be filled in, and how it is read."""

from collections.abc import Mapping

from pages.dashboard import typed
from pages.forms import Errors, Form
from rules import text
from rules.courses import Course

LABELS: Mapping[str, str] = {
    "name": "Name",
    "description": "Description",
    "validity_period_months": "Valid for (months)",
    "eqf_level": "EQF level",
    "nlqf_level": "NLQF level",
    "qualification_label": "Qualification",
    "criteria_narrative": "What holders did to earn it",
    "criteria_url": "Page about the criteria",
    "badge_image_url": "Address of a badge picture",
}
LINES: Mapping[str, int] = {"name": 200, "nlqf_level": 20, "qualification_label": 100}
TEXTS: Mapping[str, int] = {"description": 5000, "criteria_narrative": 5000}
NUMBERS: Mapping[str, int] = {"validity_period_months": 1200, "eqf_level": 8}
"""The longest of each text and the largest of each number, as the contract has them."""
EQF_LEVELS = [(str(level), str(level)) for level in range(1, NUMBERS["eqf_level"] + 1)]


def read(form: Form, errors: Errors) -> dict[str, object]:
    """What was typed, member by member, so that everything that is wrong with it is told at once. Empty is None."""
    members: dict[str, object] = {}
    if not form.text("name"):
        errors["name"] = "Enter the course’s name."
    for field in LABELS:
        with errors.caught():
            members[field] = _member(field, form.text(field))
    return members


def shown(course: Course) -> dict[str, str]:
    """A course as its form shows it."""
    members = {field: getattr(course, field) for field in LABELS}
    return {field: "" if value is None else str(value) for field, value in members.items()}


def _member(field: str, value: str) -> object:
    if not value and field != "name":
        return None
    if field in NUMBERS:
        return typed.whole(value, field, 1, NUMBERS[field])
    if field in LINES:
        return text.line(value, field=field, longest=LINES[field])
    if field in TEXTS:
        return text.lines(value, field=field, longest=TEXTS[field])
    return text.web_address(value, field=field)
