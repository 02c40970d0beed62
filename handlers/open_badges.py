"""Open Badges 2.0: the three documents, and the picture of a badge that has none of its own."""

from uuid import UUID

from handlers.answers import Answer
from rules import badge_picture, open_badges
from rules.links import Links
from services import courses, organizations
from services import open_badges as service


async def get_assertion(code: str, links: Links) -> Answer:
    """The assertion of a claimed certificate, or what is left of it after revocation."""
    certificate = await service.claimed(code)
    address = links.assertion(certificate.code)
    if certificate.revoked_at is not None:
        return Answer(open_badges.revoked_assertion(id=address, reason=certificate.revocation_reason), code="gone")
    document = open_badges.assertion(
        id=address,
        badge=links.badge_class(certificate.course_id, certificate.course_version),
        code=certificate.code,
        email=certificate.holder_email,
        issued_at=certificate.issued_at,
        expires_at=certificate.expires_at,
    )
    return Answer(document)


async def get_badge_class(course_id: str, version: int | None, links: Links) -> Answer:
    """What the badge stands for."""
    organization_id, _, course = await courses.version(UUID(course_id), version or 1)
    document = open_badges.badge_class(
        id=links.badge_class(course.id, course.version),
        name=course.name,
        description=course.description,
        image=course.badge_image_url or links.badge_image(course.id, course.version),
        issuer=links.issuer(organization_id),
        criteria_narrative=course.criteria_narrative,
        criteria_url=course.criteria_url,
        eqf_level=course.eqf_level,
        nlqf_level=course.nlqf_level,
        qualification_label=course.qualification_label,
    )
    return Answer(document)


async def get_badge_image(course_id: str, version: int | None) -> Answer:
    """The generated picture."""
    _, academy, course = await courses.version(UUID(course_id), version or 1)
    level = course.qualification_label or (f"EQF {course.eqf_level}" if course.eqf_level else None)
    return Answer(badge_picture.svg(course.name, academy, level))


async def get_issuer(organization_id: str, links: Links) -> Answer:
    """Who awards the badge."""
    organization = await organizations.read(UUID(organization_id))
    document = open_badges.profile(
        id=links.issuer(organization.id),
        name=organization.name,
        url=organization.url or links.base,
        email=organization.email,
        image=links.logo(organization),
    )
    return Answer(document)
