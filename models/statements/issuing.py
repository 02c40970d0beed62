"""The statement that reads whatever a certificate is issued on: course, academy, limit and endpoints, in one go."""

from typing import NamedTuple
from uuid import UUID

from models.database import is_postgres, rows
from models.statements import courses, organizations
from models.statements.columns import Columns, Row


class Ground(NamedTuple):
    """What a certificate is issued on.

    `takers` is a JSON list of the enabled endpoints, each with its id and the kinds that it takes; None where there is none.
    `course` and `organization` are as the statements about those show them.
    """

    version_id: UUID
    code_letters: str
    most_certificates: int | None
    takers: str | None
    course: Row
    organization: Row


_ITS_OWN = Columns(
    "version.id", "organization.code_letters", "plan.max_certificates", "enabled.takers", identities=["version.id"]
)
_GROUND = _ITS_OWN + courses.SHOWN + organizations.SHOWN
_COURSE = len(_ITS_OWN.names)
_ORGANIZATION = _COURSE + len(courses.SHOWN.names)

_ENABLED = "SELECT id, events FROM webhook WHERE organization_id = $2 AND disabled_at IS NULL"
_SELECT = f"""SELECT {_GROUND} FROM course
JOIN course_version version ON version.course_id = course.id AND version.number = course.present_version
JOIN organization ON organization.id = course.organization_id
JOIN plan ON plan.name = organization.plan_id
CROSS JOIN (SELECT %s AS takers FROM ({_ENABLED}%s) each_one) enabled
WHERE course.id = $1 AND course.organization_id = $2"""  # noqa: S608  # names of ours
# Whoever clears endpoints away waits for those that are read here.
_POSTGRES = _SELECT % ("json_agg(json_build_array(id, events))", " FOR KEY SHARE")
_SQLITE = _SELECT % ("json_group_array(json_array(id, events))", "")


async def ground(organization_id: UUID, course_id: UUID) -> Ground | None:
    """What certificates of a course of an organization are issued on now; None where it has no such course.

    Its enabled endpoints are not cleared away until the transaction ends.
    """
    found = _GROUND.read(await rows(_POSTGRES if is_postgres() else _SQLITE, course_id, organization_id))
    if not found:
        return None
    (row,) = found
    return Ground._make((*row[:_COURSE], row[_COURSE:_ORGANIZATION], row[_ORGANIZATION:]))
