"""The statements about courses, organizations and keys answer as the plain queries of their tables would."""

from datetime import datetime
from uuid import UUID, uuid4

import pytest

from models import ApiKey, CourseVersion, Organization
from models.statements import api_keys
from rules.errors import Refused
from services import courses, organizations
from tests.models.populated import NOW, academies
from tests.models.test_certificate_statements import course, organization

pytestmark = pytest.mark.usefixtures("alone")


async def test_every_version_of_a_course_with_its_academy() -> None:
    for academy in await academies():
        name = (await Organization.get(id=academy.organization_id)).name
        for row in await CourseVersion.filter(course__organization_id=academy.organization_id).select_related("course"):
            found = await courses.version(row.course_id, row.number)
            assert found == (academy.organization_id, name, course(row.course, row))
        with pytest.raises(Refused) as refusal:
            await courses.version(academy.versions[0].course_id, 3)
        assert refusal.value.code == "not_found"


async def test_an_organization_as_the_public_sees_it() -> None:
    for academy in await academies():
        row = await Organization.get(id=academy.organization_id)
        assert await organizations.read(row.id) == organizations.as_rule(row) == organization(row)
    with pytest.raises(Refused) as refusal:
        await organizations.read(uuid4())
    assert refusal.value.code == "not_found"


async def test_an_appearance_that_nobody_could_have_chosen_is_refused_each_time() -> None:
    (academy, _) = await academies()
    await Organization.filter(id=academy.organization_id).update(certificate_paper="a5")
    for _ in range(2):
        with pytest.raises(Refused, match="certificate_paper"):
            await organizations.read(academy.organization_id)


async def test_a_key_stands_for_its_organization_until_it_is_revoked() -> None:
    for academy in await academies():
        standing, revoked = [await _key(academy.organization_id, revoked_at) for revoked_at in (None, NOW)]
        row = await api_keys.standing(standing.key_hash)
        assert row is not None
        assert tuple(row) == (academy.organization_id, standing.id)
        assert await api_keys.standing(revoked.key_hash) is None
        assert await api_keys.standing(standing.key_hash.upper()) is None


async def _key(organization_id: UUID, revoked_at: datetime | None) -> ApiKey:
    return await ApiKey.create(
        id=uuid4(),
        organization_id=organization_id,
        name="key",
        key_hash=uuid4().hex * 2,
        hint="abcd",
        created_at=NOW,
        revoked_at=revoked_at,
    )
