"""Pages of a list: nothing that was there is lost or repeated, whatever is added meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from models import Certificate
from tests.academies import Academy
from tests.installation import Installation

PATH = "/api/v1/certificates"


def walk(academy: Academy, limit: int, **params: str) -> list[str]:
    """Every code on every page, in their order."""
    codes: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = academy.get(PATH, params={"limit": limit, **params, **cursor}).json()
        assert len(page["data"]) <= limit
        codes += [item["code"] for item in page["data"]]
        if not page["pagination"]["has_more"]:
            return codes
        cursor = {"cursor": page["pagination"]["cursor"]}


def created(academy: Academy) -> list[str]:
    """Every code in the database, newest first."""

    async def ask() -> list[str]:
        found = Certificate.filter(organization_id=academy.id).order_by("-created_at")
        return list(await found.values_list("code", flat=True))  # type: ignore[arg-type]

    return academy.database.run(ask)


@pytest.mark.parametrize("limit", [1, 7, 50])
def test_concurrent_inserts_lose_and_repeat_none(academy: Academy, twin: Installation, limit: int) -> None:
    course = academy.course(validity_period_months=12)["id"]
    before = [academy.issue(course)["code"] for _ in range(40)]

    def insert(number: int) -> None:
        member = Academy(academy.id, academy.key, academy.web if number % 2 else client, academy.database)
        for _ in range(15):
            member.issue(course)

    with twin.client() as client, ThreadPoolExecutor(7) as pool:
        working = [pool.submit(insert, number) for number in range(4)]
        filters: list[dict[str, str]] = [{}, {"status": "valid"}, {"course_id": course}]
        walks = [pool.submit(walk, academy, limit, **wanted).result for wanted in filters]
        for one in working:
            one.result()
    order = created(academy)
    assert len(order) == 100
    for codes in (result() for result in walks):
        assert codes == [code for code in order if code in codes]
        assert set(before) <= set(codes)


def test_no_two_certificates_of_an_organization_share_an_instant(academy: Academy) -> None:
    course = academy.course()["id"]
    with ThreadPoolExecutor(8) as pool:
        instants = list(pool.map(lambda _: academy.issue(course)["created_at"], range(80)))
    assert len(set(instants)) == 80


def test_a_cursor_may_be_computed(academy: Academy) -> None:
    course = academy.course()["id"]
    codes = [academy.issue(course)["code"] for _ in range(3)]
    middle = academy.read(codes[1])["created_at"]
    for written in (middle, middle.replace("Z", "+00:00"), middle.replace("Z", "000z"), middle.replace("T", "t")):
        page = academy.get(PATH, params={"cursor": written}).json()
        assert [item["code"] for item in page["data"]] == [codes[0]]
    assert len(academy.get(PATH, params={"cursor": "2200-01-01T00:00:00Z"}).json()["data"]) == 3
    assert academy.get(PATH, params={"cursor": "1970-01-01T00:00:00Z"}).json()["data"] == []


def test_a_page_that_holds_exactly_the_rest_has_no_more(academy: Academy) -> None:
    course = academy.course()["id"]
    for _ in range(2):
        academy.issue(course)
    assert academy.get(PATH, params={"limit": 2}).json()["pagination"]["has_more"] is False
    assert academy.get(PATH, params={"limit": 1}).json()["pagination"]["has_more"] is True
