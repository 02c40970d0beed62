"""Plans: exact to the last certificate, however many ask at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from threading import Event, Semaphore
from uuid import UUID, uuid4

import httpx
import pytest

from models import Organization
from rules.errors import Refused
from services import certificates, plans, unique_instants
from services.callers import Caller
from tests.academies import HOLDER, Academy, found_academy
from tests.agreement import error_of
from tests.barrage import at_once, request
from tests.databases import Database
from tests.installation import Installation

CERTIFICATES, COURSES = "/api/v1/certificates", "/api/v1/courses"


def on_plan(anyone: httpx.Client, database: Database, certificates: int | None, courses: int | None) -> Academy:
    """An academy on a plan of its own."""
    name = f"plan-{uuid4()}"
    database.run(partial(plans.define, name, certificates, courses))
    return found_academy(anyone, database, plan=name)


def define(academy: Academy, certificates: int | None, courses: int | None = None) -> None:
    """Give the academy's plan other limits."""
    academy.database.run(partial(plans.define, plan_of(academy), certificates, courses))


def plan_of(academy: Academy) -> str:
    return str(academy.database.run(partial(Organization.get, id=academy.id)).plan_id)


def issued(academy: Academy, course: str) -> int:
    return academy.call("POST", CERTIFICATES, json={"course_id": course, **HOLDER}).status_code


def counted(academy: Academy) -> tuple[int, int]:
    found = academy.database.run(partial(Organization.get, id=academy.id))
    return found.certificates_used, found.courses_used


def test_a_full_plan_is_403_with_a_sentence(anyone: httpx.Client, database: Database) -> None:
    academy = on_plan(anyone, database, 1, 1)
    course = academy.course()["id"]
    assert issued(academy, course) == 201
    for answer in (
        academy.post(CERTIFICATES, json={"course_id": course, **HOLDER}),
        academy.post(COURSES, json={"name": "Web"}),
    ):
        error = error_of(answer, 403, "plan_limit_exceeded")
        assert "1" in error["message"]


@pytest.mark.parametrize("limit", [0, 1, 24, 49, 50])
def test_certificates_are_exact_under_fifty_at_once(
    anyone: httpx.Client, database: Database, installation: Installation, twin: Installation, limit: int
) -> None:
    academy = on_plan(anyone, database, limit, None)
    wanted = {"course_id": academy.course()["id"], **HOLDER}
    answers = at_once([installation, twin], [request(CERTIFICATES, academy.key, wanted)] * 50)
    assert sorted(answer.status for answer in answers) == [201] * limit + [403] * (50 - limit)
    assert academy.count() == limit == counted(academy)[0]


def test_courses_are_exact_under_fifty_at_once(
    anyone: httpx.Client, database: Database, installation: Installation, twin: Installation
) -> None:
    academy = on_plan(anyone, database, None, 17)
    answers = at_once([installation, twin], [request(COURSES, academy.key, {"name": "Web"})] * 50)
    assert sorted(answer.status for answer in answers) == [201] * 17 + [403] * 33
    assert len(academy.get(COURSES).json()["data"]) == 17


def test_what_fails_or_is_repeated_takes_no_place(
    anyone: httpx.Client, database: Database, installation: Installation, twin: Installation
) -> None:
    academy = on_plan(anyone, database, 10, None)
    course = academy.course()["id"]
    wanted = {"course_id": course, **HOLDER}
    refused = {**wanted, "issued_at": "2100-01-01T00:00:00Z"}
    missing = {**wanted, "course_id": str(uuid4())}
    asked = [
        *(request(CERTIFICATES, academy.key, refused) for _ in range(10)),
        *(request(CERTIFICATES, academy.key, missing) for _ in range(10)),
        *(request(CERTIFICATES, academy.key, wanted, Idempotency_Key=f"key-{n % 5}") for n in range(20)),
        *(request(CERTIFICATES, academy.key, wanted) for _ in range(5)),
    ]
    statuses = sorted(answer.status for answer in at_once([installation, twin], asked))
    assert statuses == [201] * 25 + [404] * 10 + [422] * 10
    assert academy.count() == 10
    assert issued(academy, course) == 403


def test_one_that_is_rolled_back_gives_its_place_back(
    anyone: httpx.Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    academy = on_plan(anyone, database, 1, None)
    wanted = certificates.Wanted(UUID(academy.course()["id"]), HOLDER["holder_name"], HOLDER["holder_email"], None)

    async def issue() -> None:
        await certificates.issue(academy.caller, wanted, datetime.now(UTC))

    with monkeypatch.context() as broken:
        broken.setattr(unique_instants, "TRIES", 0)
        with pytest.raises(unique_instants.NoFreeInstantError):
            database.run(issue)
    assert counted(academy)[0] == 0
    database.run(issue)
    with pytest.raises(Refused) as refused:
        database.run(issue)
    assert refused.value.code == "plan_limit_exceeded"
    assert counted(academy)[0] == academy.count() == 1


def test_revoking_gives_no_place_back(anyone: httpx.Client, database: Database) -> None:
    academy = on_plan(anyone, database, 1, None)
    certificate = academy.issue()
    academy.revoke(certificate["code"])
    assert issued(academy, certificate["course_id"]) == 403


def test_lowered_below_use_a_plan_only_blocks_new_ones(anyone: httpx.Client, database: Database) -> None:
    academy = on_plan(anyone, database, 3, None)
    course = academy.course()["id"]
    codes = [academy.issue(course)["code"] for _ in range(3)]
    define(academy, 1)
    assert issued(academy, course) == 403
    assert [academy.read(code)["status"] for code in codes] == ["never_expires"] * 3
    define(academy, 4)
    assert [issued(academy, course) for _ in range(2)] == [201, 403]
    define(academy, None)
    assert [issued(academy, course) for _ in range(2)] == [201, 201]
    define(academy, 7)
    assert counted(academy)[0] == 6
    assert [issued(academy, course) for _ in range(2)] == [201, 403]


def test_assigning_a_plan_counts_all_that_was_ever_issued(academy: Academy, database: Database) -> None:
    course = academy.course()["id"]
    for _ in range(3):
        academy.issue(course)
    name = f"plan-{uuid4()}"
    database.run(partial(plans.define, name, 4, 1))
    database.run(partial(plans.assign, academy.caller, name, datetime.now(UTC)))
    assert counted(academy) == (3, 1)
    assert [issued(academy, course) for _ in range(2)] == [201, 403]
    assert academy.post(COURSES, json={"name": "Web"}).status_code == 403
    database.run(partial(plans.assign, academy.caller, plans.UNLIMITED, datetime.now(UTC)))
    assert issued(academy, course) == 201


@pytest.mark.parametrize("change", ["define", "assign"])
def test_a_limit_given_while_certificates_are_issued_counts_each(
    academy: Academy, database: Database, twin: Installation, change: str
) -> None:
    name, limit = f"plan-{uuid4()}", 80
    database.run(partial(plans.define, name, None, None))
    database.run(
        partial(plans.assign, academy.caller, name if change == "define" else plans.UNLIMITED, datetime.now(UTC))
    )
    race = Race(academy.course()["id"], Semaphore(limit - 6))
    with twin.client() as other, ThreadPoolExecutor(6) as pool:
        members = [Academy(academy.id, academy.key, web, database) for web in (academy.web, other) * 3]
        working = [pool.submit(race.issue, member) for member in members]
        try:
            while academy.count() < 20:
                pass
            database.run(partial(plans.define, name, limit, None))
            if change == "assign":
                database.run(partial(plans.assign, academy.caller, name, datetime.now(UTC)))
            race.changed.set()
            statuses = [status for one in working for status in one.result(60)]
        finally:
            race.end()
    assert set(statuses) == {201, 403}
    assert statuses.count(201) == academy.count() == counted(academy)[0] == limit


@dataclass
class Race:
    """Certificates are issued while the plan changes, and never so many beforehand that the change comes too late."""

    course: str
    beforehand: Semaphore
    changed: Event = field(default_factory=Event)
    over: Event = field(default_factory=Event)

    def issue(self, member: Academy) -> list[int]:
        """Issue until it is refused; the statuses."""
        statuses = list[int]()
        while not self.over.is_set() and 403 not in statuses:
            if not self.beforehand.acquire(blocking=False):
                assert self.changed.wait(60)
            statuses.append(issued(member, self.course))
            time.sleep(0.02)  # else a change of the plan waits long for SQLite's one lock
        return statuses

    def end(self) -> None:
        """Whatever happened, nobody goes on."""
        self.over.set()
        self.changed.set()


def test_the_plan_without_limits_stays_without(database: Database) -> None:
    with pytest.raises(Refused) as refused:
        database.run(partial(plans.define, plans.UNLIMITED, 5, None))
    assert refused.value.code == "conflict"
    database.run(partial(plans.define, plans.UNLIMITED, None, None))


def test_a_plan_or_organization_that_does_not_exist_is_refused(academy: Academy, database: Database) -> None:
    for organization, name in ((academy.id, "no such plan"), (uuid4(), plans.UNLIMITED)):
        with pytest.raises(Refused) as refused:
            database.run(partial(plans.assign, Caller(organization), name, datetime.now(UTC)))
        assert refused.value.code == "not_found"
