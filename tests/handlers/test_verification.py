"""Verification over HTTP: what anyone who holds a code is told, and no more."""

from datetime import timedelta

import httpx
import pytest

from handlers.verification import verify_certificate
from rules.links import Links
from tests.academies import Academy
from tests.agreement import error_of
from tests.models.populated import NOW, academies


def test_an_answer_has_exactly_the_members_of_the_reference(academy: Academy, anyone: httpx.Client) -> None:
    course = academy.course(description="Two terms", eqf_level=5, nlqf_level="5", qualification_label="MBO 4")
    issued = academy.issue(course["id"])
    assert anyone.get(f"/api/v1/verify/{issued['code']}").json() == {
        "valid": True,
        "status": "never_expires",
        "certificate": {
            "code": issued["code"],
            "holder_name": "Jane Doe",
            "is_claimed": False,
            "issued_at": issued["issued_at"],
            "expires_at": None,
        },
        "course": {
            "name": "Web Development",
            "description": "Two terms",
            "eqf_level": 5,
            "nlqf_level": "5",
            "qualification_label": "MBO 4",
        },
        "academy": {"name": "Example Academy", "logo_url": None},
        "links": issued["links"],
    }


def test_nobody_learns_the_holders_address(academy: Academy, anyone: httpx.Client) -> None:
    code = academy.issue(holder_email="secret.address@example.com")["code"]
    assert "secret.address" not in anyone.get(f"/api/v1/verify/{code}").text
    assert "secret.address" not in anyone.get(f"/v/{code}").text


def test_every_miss_looks_alike(academy: Academy, anyone: httpx.Client) -> None:
    academy.issue()
    misses = ("TRC-EXA-26-AAAAAA", "TRC-ZZZ-99-ZZZZZZ", "TRC-EXA-26-AAAAAAAAAA")
    answers = {anyone.get(f"/api/v1/verify/{code}").content for code in misses}
    assert len(answers) == 1
    error_of(anyone.get("/api/v1/verify/TRC-EXA-26-AAAAAA"), 404, "not_found")


@pytest.mark.parametrize(
    "code", ["nothing", "TRC-EXA-26-O0O0O0", "%00", "%0d%0a", "TRC%2FEXA", "TRC-EXA-26-%C4%B1AAAAA"]
)
def test_what_is_no_code_is_404_in_the_errors_shape(anyone: httpx.Client, code: str) -> None:
    error_of(anyone.get(f"/api/v1/verify/{code}"), 404, "not_found")


def test_a_key_is_not_looked_at(academy: Academy, anyone: httpx.Client) -> None:
    code = academy.issue()["code"]
    answer = anyone.get(f"/api/v1/verify/{code}", headers={"Authorization": "Bearer trc_live_wrong"})
    assert answer.status_code == 200


@pytest.mark.usefixtures("connected")
async def test_an_answer_holds_until_time_alone_makes_another() -> None:
    links, ends = Links("https://example.com"), set()
    for row in [row for own in await academies() for row in own.certificates]:
        answer = await verify_certificate(row.code, links, NOW)
        far = await verify_certificate(row.code, links, NOW + timedelta(days=999))
        if answer.until is None:
            assert answer.body == far.body
            continue
        last = await verify_certificate(row.code, links, answer.until - timedelta(microseconds=1))
        assert answer.body == last.body != far.body
        assert (await verify_certificate(row.code, links, answer.until)).body == far.body
        ends.add(answer.until)
    assert ends == {NOW + timedelta(microseconds=1), NOW + timedelta(days=1)}
