"""Each statement about certificates answers as the plain query of its table would, on both databases."""

import asyncio
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from models import Certificate, CourseVersion, Organization
from models.database import identity, instant
from models.statements import certificates as statements
from models.statements.certificates import Condition, Part
from rules import certificates as rule
from rules.appearance import Appearance
from rules.courses import Course as RuleCourse
from rules.organizations import Organization as RuleOrganization
from services import certificate_rows
from tests.models.populated import NOW, Populated, academies

pytestmark = pytest.mark.usefixtures("alone")

UNTOUCHED = Q(revoked_at__isnull=True, renewed_by_id__isnull=True)
CONDITIONS: dict[Condition, Q] = {
    "all": Q(),
    "valid": UNTOUCHED & Q(expired_noted_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=NOW)),
    "due": UNTOUCHED & Q(expired_noted_at__isnull=True, expires_at__lte=NOW),
    "noted": UNTOUCHED & Q(expired_noted_at__isnull=False),
}


def plain() -> QuerySet[Certificate]:
    return Certificate.all().select_related("course", "course_version", "organization", "renewed_by")


def course(row: Any, version: CourseVersion) -> RuleCourse:  # noqa: ANN401  # a row of Tortoise's
    return RuleCourse(
        id=row.id,
        version=version.number,
        name=version.name,
        description=version.description,
        validity_period_months=row.validity_period_months,
        eqf_level=version.eqf_level,
        nlqf_level=version.nlqf_level,
        qualification_label=version.qualification_label,
        badge_image_url=version.badge_image_url,
        criteria_narrative=version.criteria_narrative,
        criteria_url=version.criteria_url,
        created_at=row.created_at,
    )


def organization(row: Organization) -> RuleOrganization:
    return RuleOrganization(
        id=row.id,
        name=row.name,
        email=row.email,
        url=row.url,
        logo_url=row.logo_url,
        logo=row.logo_id,
        appearance=Appearance(
            design=row.certificate_design,  # type: ignore[arg-type]  # text to Tortoise
            paper=row.certificate_paper,  # type: ignore[arg-type]  # the same
            language=row.certificate_language,  # type: ignore[arg-type]  # the same
            accent_colour=row.accent_colour,
            signatory_name=row.signatory_name,
            signatory_title=row.signatory_title,
        ),
    )


def own(row: Certificate) -> dict[str, Any]:
    members = ("id", "code", "holder_name", "holder_email", "issued_at", "expires_at", "claimed_at")
    more = ("revoked_at", "revocation_reason", "created_at")
    successor = row.renewed_by
    return {name: getattr(row, name) for name in (*members, *more)} | {
        "renewed_by": successor.code if successor else None
    }


def certificate(row: Certificate) -> rule.Certificate:
    shown = course(row.course, row.course_version)
    return rule.Certificate(course=shown, organization=organization(row.organization), **own(row))


def verifiable(row: Certificate) -> rule.Verifiable:
    version, academy, successor = row.course_version, row.organization, row.renewed_by
    own = ("code", "holder_name", "holder_email", "issued_at", "expires_at", "claimed_at", "revoked_at")
    of_version = ("description", "eqf_level", "nlqf_level", "qualification_label")
    return rule.Verifiable(
        **{name: getattr(row, name) for name in (*own, "revocation_reason")},
        **{name: getattr(version, name) for name in of_version},
        renewed_by=successor.code if successor else None,
        course_id=version.course_id,
        course_version=version.number,
        course_name=version.name,
        academy=academy.name,
        logo_url=academy.logo_url,
        logo=academy.logo_id,
    )


def listed(row: Certificate) -> rule.Listed:
    version = row.course_version
    return rule.Listed(
        course_id=version.course_id,
        course_name=version.name,
        course_version=version.number,
        **own(row),
    )


async def test_a_certificate_by_its_code_whoever_issued_it() -> None:
    for academy in await academies():
        twins = {row.code: certificate(row) for row in await plain().filter(organization_id=academy.organization_id)}
        assert len(twins) == len(academy.certificates) > 50
        for code, twin in twins.items():
            assert await certificate_rows.of_code(code) == twin
    assert await certificate_rows.of_code("TRC-EXA-26-F5N8K3" + "Z" * 7) is None


async def test_what_anyone_may_learn_by_a_code_asked_alone_or_together() -> None:
    twins = [verifiable(row) for academy in await academies() for row in await plain().filter(id__in=ids(academy))]
    assert len(twins) > 100
    assert await asyncio.gather(*(certificate_rows.verifiable(twin.code) for twin in twins)) == twins
    assert await certificate_rows.verifiable(twins[-1].code.lower()) == twins[-1]
    nobodys = "TRC-EXA-26-F5N8K3" + "Z" * 7
    beside = await asyncio.gather(*(certificate_rows.verifiable(code) for code in (nobodys, twins[0].code, "no code")))
    assert beside == [None, twins[0], None]


async def test_nothing_is_looked_up_together_within_somebodys_transaction() -> None:
    async with in_transaction():
        with pytest.raises(RuntimeError, match="outside of transactions"):
            await certificate_rows.verifiable("TRC-EXA-26-F5N8K3")


def ids(academy: Populated) -> list[UUID]:
    return [row.id for row in academy.certificates]


async def test_a_certificate_is_its_own_organizations_alone() -> None:
    first, second = await academies()
    for academy, other in ((first, second), (second, first)):
        row = academy.certificates[-1]
        found = await certificate_rows.of_organization(academy.organization_id, row.code.lower())
        assert found == certificate(await plain().get(id=row.id))
        assert await certificate_rows.of_organization(other.organization_id, row.code) is None
        assert await certificate_rows.of_organization(uuid4(), row.code) is None


@pytest.mark.parametrize("typed", ["", "no code", "TRC-EXA-26", "\x00", "TRC-EXA-26-F5N8K3' OR '1'='1"])
async def test_what_is_no_code_finds_nothing(typed: str) -> None:
    (academy, _) = await academies()
    assert await certificate_rows.of_code(typed) is None
    assert await certificate_rows.of_organization(academy.organization_id, typed) is None


def parts(academy: Populated) -> list[Part]:
    """Everything, a course, another's; from the top, from the middle, from the end."""
    instants = sorted(row.created_at for row in academy.certificates)
    cursors: list[datetime | None] = [None, instants[len(instants) // 2], instants[0], instants[-1] + timedelta(1)]
    courses: list[UUID | None] = [None, academy.versions[0].course_id, uuid4()]
    return [Part(academy.organization_id, *each) for each in product(courses, cursors)]


def of(part: Part, condition: Condition) -> QuerySet[Certificate]:
    found = plain().filter(CONDITIONS[condition], organization_id=part.organization_id)
    found = found if part.course_id is None else found.filter(course_id=part.course_id)
    return found if part.before is None else found.filter(created_at__lt=part.before)


@pytest.mark.parametrize("condition", list(CONDITIONS))
async def test_the_newest_of_a_state(condition: Condition) -> None:
    seen = 0
    for academy in await academies():
        for part, most in product(parts(academy), (1, 7, 1000)):
            found = [rule.Listed._make(row) for row in await statements.newest(part, condition, NOW, most)]
            twins = await of(part, condition).order_by("-created_at").limit(most)
            assert found == [listed(row) for row in twins]
            seen += len(found)
    assert seen > 50


async def test_those_that_fell_due_unmarked_in_the_order_in_which_they_did() -> None:
    for academy in await academies():
        for part, most in product(parts(academy), (1, 1000)):
            found = [(instant(row[0]), identity(row[1])) for row in await statements.soonest_due(part, NOW, most)]
            twins = {row.id: (row.created_at, row.expires_at) for row in await of(part, "due").order_by("expires_at")}
            assert all(twins[id][0] == created_at for created_at, id in found)
            # Those that fell due in one instant are in no order.
            assert [twins[id][1] for _, id in found] == [end for _, end in twins.values()][:most]


async def test_certificates_by_their_ids() -> None:
    (academy, _) = await academies()
    ids = [row.id for row in academy.certificates[::3]]
    found = [rule.Listed._make(row) for row in await statements.of_ids(ids)]
    twins = await plain().filter(id__in=ids)
    assert sorted(found) == sorted(listed(row) for row in twins)


async def test_what_a_list_shows_of_a_certificate_is_what_the_certificate_says() -> None:
    (academy, _) = await academies()
    part = Part(academy.organization_id, None, None)
    for row in await statements.newest(part, "all", NOW, 1000):
        one = rule.Listed._make(row)
        whole = await certificate_rows.of_code(one.code)
        assert whole is not None
        assert whole.listed == one
        assert whole.verdict(NOW) == one.verdict(NOW)
