"""Courses in one of their versions, as certificates and badges show them."""

from uuid import UUID

from models.database import rows
from models.statements.columns import Columns, Row

SHOWN = Columns(
    "course.id",
    "version.number",
    "version.name",
    "version.description",
    "course.validity_period_months",
    "version.eqf_level",
    "version.nlqf_level",
    "version.qualification_label",
    "version.badge_image_url",
    "version.criteria_narrative",
    "version.criteria_url",
    "course.created_at",
    identities=["course.id"],
)
"""The members of `rules.courses.Course`, in their order."""

_OF_VERSION = Columns("organization.id", "organization.name", identities=["organization.id"]) + SHOWN
_VERSION = f"""SELECT {_OF_VERSION} FROM course_version version
LEFT JOIN course ON course.id = version.course_id
LEFT JOIN organization ON organization.id = course.organization_id
WHERE version.course_id = $1 AND version.number = $2"""  # noqa: S608  # names of ours


async def version(course_id: UUID, number: int) -> Row | None:
    """Id and name of the academy, and the course as it was in this version; whoever asks."""
    found = _OF_VERSION.read(await rows(_VERSION, course_id, number))
    return found[0] if found else None
