"""What makes a new version of a course."""

import pytest

from rules.courses import VERSIONED, changed

COURSE: dict[str, object] = {**dict.fromkeys(VERSIONED), "name": "Web Development", "validity_period_months": 12}


@pytest.mark.parametrize("field", VERSIONED)
def test_each_shown_field_makes_a_version_and_its_old_value_none(field: str) -> None:
    assert changed(COURSE, {field: "another"})
    assert not changed(COURSE, {field: COURSE[field]})


def test_what_certificates_do_not_show_makes_none() -> None:
    assert not changed(COURSE, {"validity_period_months": None})
    assert not changed(COURSE, {})


def test_clearing_a_field_is_a_change() -> None:
    assert changed({**COURSE, "description": "Two terms."}, {"description": None})
