"""Figures about courses: counted for each, of one's own academy only."""

from uuid import UUID, uuid4

from services import course_figures
from tests.academies import Academy
from tests.databases import Database


def counted(database: Database, academy: Academy, *courses: UUID) -> dict[UUID, int]:
    return database.run(lambda: course_figures.issued(academy.id, courses))


def test_each_course_has_its_count(database: Database, academy: Academy, rival: Academy) -> None:
    one, other, foreign = (UUID(made["id"]) for made in (academy.course(), academy.course(), rival.course()))
    for _ in range(3):
        academy.issue(str(one))
    revoked = academy.issue(str(one))
    academy.revoke(revoked["code"])
    rival.issue(str(foreign))
    nobody = uuid4()
    assert counted(database, academy, one, other, foreign, nobody) == {one: 4, other: 0, foreign: 0, nobody: 0}


def test_of_no_course_there_is_nothing_to_count(database: Database, academy: Academy) -> None:
    assert counted(database, academy) == {}
