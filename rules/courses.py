"""Versions of a course: what a holder has earned stays as it was on the day."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

VERSIONED = (
    "name",
    "description",
    "criteria_narrative",
    "criteria_url",
    "badge_image_url",
    "eqf_level",
    "nlqf_level",
    "qualification_label",
)
"""What a certificate and its badge show of a course. Its validity period is frozen at issue instead."""


def changed(current: Mapping[str, object], change: Mapping[str, object]) -> bool:
    """A change makes a new version of a course when anything that a certificate shows gets another value.

    >>> changed({"name": "Web Development"}, {"name": "Web Development", "validity_period_months": 12})
    False
    >>> changed({"name": "Web Development"}, {"description": "Two terms."})
    True
    """
    return any(field in change and change[field] != current.get(field) for field in VERSIONED)


class Course(NamedTuple):
    """A course in one of its versions: the present one, or the one that a certificate was issued on.

    >>> Course._fields[0]
    'id'
    """

    id: UUID
    version: int
    name: str
    description: str | None
    validity_period_months: int | None
    eqf_level: int | None
    nlqf_level: str | None
    qualification_label: str | None
    badge_image_url: str | None
    criteria_narrative: str | None
    criteria_url: str | None
    created_at: datetime
