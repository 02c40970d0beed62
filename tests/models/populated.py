"""Certificates in every state, of two academies that differ in all that they show."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from models import Certificate, Course, CourseVersion, Organization, Picture
from rules import codes

NOW = datetime(2026, 6, 1, 12, 30, 15, 250_000, tzinfo=UTC)
DAY = timedelta(days=1)
ONE_OF_EVERYTHING = {
    "name": "Café Academy",
    "email": "office@example.org",
    "url": "https://example.org",
    "logo_url": "https://example.org/logo.png",
    "accent_colour": "#7a1e3c",
    "certificate_design": "modern",
    "certificate_paper": "letter",
    "certificate_language": "nl",
    "signatory_name": "Ann Example",
    "signatory_title": "Director",
}
NO_MORE_THAN_NEEDED = {"name": "Example Academy", "email": "office@example.com"}
DESCRIBED = {
    "description": "Two terms.\nOne project.",
    "eqf_level": 5,
    "nlqf_level": "NLQF 5",
    "qualification_label": "HBO-Ad",
    "badge_image_url": "https://example.org/badge.svg",
    "criteria_narrative": "Everything handed in.",
    "criteria_url": "https://example.org/criteria",
}


@dataclass(frozen=True)
class Populated:
    """An academy, the versions of its two courses, and its certificates, the oldest first."""

    organization_id: UUID
    versions: list[CourseVersion]
    certificates: list[Certificate]


async def academies() -> list[Populated]:
    """One that shows everything that there is, and one that shows no more than it needs."""
    digest = uuid4().hex * 2
    await Picture.create(digest=digest, media_type="image/png", width=1, height=1, content=b"", created_at=NOW)
    return [
        await _academy({**ONE_OF_EVERYTHING, "logo_id": digest}, DESCRIBED, 24),
        await _academy(NO_MORE_THAN_NEEDED, {}, None),
    ]


async def _academy(shown: dict[str, Any], described: dict[str, Any], months: int | None) -> Populated:
    organization_id, versions = uuid4(), []
    await Organization.create(id=organization_id, code_letters="EXA", plan_id="unlimited", created_at=NOW, **shown)
    for number in range(2):
        created_at = NOW - timedelta(days=999, microseconds=number)
        course = await Course.create(
            id=uuid4(),
            organization_id=organization_id,
            present_version=2,
            validity_period_months=months,
            created_at=created_at,
        )
        for version in (1, 2):
            told = {**described, "name": f"Course {number}, version {version}", "created_at": created_at}
            versions.append(await CourseVersion.create(id=uuid4(), course_id=course.id, number=version, **told))
    states = _states()
    renewals = sum(state.renewed for state in states)
    successors = [_certificate(organization_id, versions, place, {}) for place in range(renewals)]
    left = iter(successors)
    facts = [_facts(state, next(left) if state.renewed else None) for state in states]
    others = [_certificate(organization_id, versions, place, one) for place, one in enumerate(facts, renewals)]
    for rows in (successors, others):
        await Certificate.bulk_create(rows)
    return Populated(organization_id, versions, [*successors, *others])


class State(NamedTuple):
    """When a certificate expires, as seen from `NOW`, and what has happened to it."""

    end: timedelta | None
    marked: bool
    revoked: bool
    renewed: bool
    claimed: bool


def _states() -> list[State]:
    """Every one that there can be: a mark is set only on what is due."""
    ends = (None, -DAY, timedelta(), timedelta(microseconds=1), DAY)
    every = [State(end, *happened) for end in ends for happened in product((False, True), repeat=4)]
    return [state for state in every if not state.marked or (state.end is not None and state.end <= timedelta())]


def _facts(state: State, successor: Certificate | None) -> dict[str, Any]:
    return {
        "expires_at": None if state.end is None else NOW + state.end,
        "expired_noted_at": NOW if state.marked else None,
        "revoked_at": NOW - DAY if state.revoked else None,
        "revocation_reason": "By mistake.\nSorry." if state.revoked and state.claimed else None,
        "claimed_at": NOW - 2 * DAY if state.claimed else None,
        "renewed_by_id": successor.id if successor else None,
    }


def _certificate(
    organization_id: UUID, versions: list[CourseVersion], place: int, facts: dict[str, Any]
) -> Certificate:
    version = versions[place % len(versions)]
    return Certificate(
        id=uuid4(),
        code=codes.draw("TRC-EXA-26", 10, secrets.choice),
        organization_id=organization_id,
        course_id=version.course_id,
        course_version_id=version.id,
        holder_name=f"Zoë Doe {place}",
        holder_email=f"zoe{place}@example.com",
        issued_at=NOW - timedelta(days=900),
        # Some in whole seconds: SQLite writes those without a fraction.
        created_at=NOW.replace(microsecond=0) - timedelta(days=900) + timedelta(microseconds=place * 250_000),
        **facts,
    )
