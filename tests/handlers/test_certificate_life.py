"""The life of a certificate over HTTP: corrected until it is claimed, renewed by another, its link mailed again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from models import AuditEntry, Mail
from services import plans
from tests.academies import HOLDER, Academy, found_academy
from tests.agreement import error_of, fields_of
from tests.claiming import claim, token_for
from tests.databases import Database
from tests.endpoints import feed, happened
from tests.installation import Installation

PATH = "/api/v1/certificates"
DAY = timedelta(days=1)


def renew(academy: Academy, code: str, **members: object) -> dict[str, Any]:
    """The successor of a certificate."""
    made = academy.post(f"{PATH}/{code}/renew", **({"json": members} if members else {}))
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()["data"]
    return found


def mails(academy: Academy, code: str) -> list[str]:
    """Which mails about a certificate there are, sent or not, in their order."""

    async def ask() -> list[str]:
        return [mail.kind for mail in await Mail.filter(certificate__code=code).order_by("created_at")]

    return academy.database.run(ask)


def later(academy: Academy, code: str, by: timedelta) -> None:
    """Let the mails about a certificate have been asked for so long ago."""

    async def move() -> None:
        for mail in await Mail.filter(certificate__code=code):
            await Mail.filter(id=mail.id).update(created_at=mail.created_at - by, sent_at=mail.created_at, due_at=None)

    academy.database.run(move)


def test_a_renewal_takes_the_place_of_the_old_one(academy: Academy, anyone: httpx.Client) -> None:
    course = academy.course(name="First", validity_period_months=1)["id"]
    old = academy.issue(course, holder_name="Ren\xe9e", issued_at="2024-01-31T10:00:00Z")
    academy.patch(f"/api/v1/courses/{course}", json={"name": "Second", "validity_period_months": 2})
    made = academy.post(f"{PATH}/{old['code']}/renew", json={"issued_at": "2024-03-01T12:00:00+02:00"})
    new = made.json()["data"]
    assert made.status_code == 201
    assert made.headers["location"].endswith(f"{PATH}/{new['code']}")
    assert academy.get(made.headers["location"]).json() == made.json()
    kept = ("holder_name", "holder_email", "course_id", "claimed_at", "is_claimed", "revoked_at", "revocation_reason")
    assert {name: new[name] for name in kept} == {name: old[name] for name in kept}
    assert (new["course_name"], new["course_version"]) == ("Second", 2)
    assert (new["issued_at"], new["expires_at"]) == ("2024-03-01T10:00:00Z", "2024-05-01T10:00:00Z")
    assert new["code"] != old["code"]
    left = academy.read(old["code"])
    changed = {"status": "renewed", "links": {**old["links"], "renewed_by": new["links"]["verify_page"]}}
    assert left == old | changed
    public = anyone.get(f"/api/v1/verify/{old['code']}").json()
    assert (public["valid"], public["status"], public["links"]) == (False, "renewed", left["links"])
    assert new["links"]["verify_page"] in anyone.get(f"/v/{old['code']}").text
    assert [event["data"]["certificate"]["code"] for event in feed(academy)] == [old["code"], new["code"]]
    assert happened(academy) == ["certificate.issued"] * 2


def test_a_renewal_is_dated_now_unless_told_otherwise(academy: Academy) -> None:
    code = academy.issue(academy.course(validity_period_months=12)["id"], issued_at="2024-01-31T10:00:00Z")["code"]
    for body in ({}, {"issued_at": None}, {"issued_at": (datetime.now(UTC) + DAY).isoformat()}, {"holder_name": "Joe"}):
        if body:
            answer = academy.post(f"{PATH}/{code}/renew", json=body)
            error_of(answer, 422, "unprocessable_entity")
            assert fields_of(answer) == [*body]
    new = academy.post(f"{PATH}/{code}/renew", json={}).json()["data"]
    assert datetime.now(UTC) - datetime.fromisoformat(new["issued_at"]) < timedelta(minutes=1)
    assert new["status"] == "valid"


def test_a_claim_carries_over(academy: Academy, anyone: httpx.Client) -> None:
    old = academy.issue()
    assert claim(anyone, token_for(old)).status_code == 200
    claimed_at = academy.read(old["code"])["claimed_at"]
    new = renew(academy, old["code"])
    assert (new["is_claimed"], new["claimed_at"]) == (True, claimed_at)
    assert happened(academy) == ["certificate.issued", "certificate.claimed", "certificate.issued"]
    assertions = [anyone.get(f"/api/obi/assertion/{each['code']}").json() for each in (old, new)]
    assert assertions[0]["id"] != assertions[1]["id"]
    assert mails(academy, new["code"]) == ["renewed"]
    assert claim(anyone, token_for(new)).json()["data"]["claimed_at"] == claimed_at
    assert len(happened(academy, event="certificate.claimed")) == 1


def test_what_was_revoked_or_renewed_is_not_renewed(academy: Academy) -> None:
    revoked, old = academy.issue()["code"], academy.issue()["code"]
    academy.revoke(revoked)
    new = renew(academy, old)["code"]
    for code in (revoked, old):
        error_of(academy.post(f"{PATH}/{code}/renew"), 409, "conflict")
    newest = renew(academy, new)
    assert academy.read(new)["links"]["renewed_by"] == newest["links"]["verify_page"]
    assert academy.count() == 4
    error_of(academy.post(f"{PATH}/TRC-EXA-26-AAAAAA/renew"), 404, "not_found")


def test_many_at_once_renew_once(academy: Academy, twin: Installation) -> None:
    code = academy.issue()["code"]
    with twin.client() as client, ThreadPoolExecutor(10) as pool:
        other = Academy(academy.id, academy.key, client, academy.database)
        statuses = list(pool.map(lambda n: (other, academy)[n % 2].post(f"{PATH}/{code}/renew").status_code, range(12)))
    assert sorted(statuses) == [201] + [409] * 11
    assert academy.count() == 2
    assert happened(academy) == ["certificate.issued"] * 2


def test_a_renewal_counts_in_the_plan(anyone: httpx.Client, database: Database) -> None:
    database.run(partial(plans.define, "two for life", 2, None))
    academy = found_academy(anyone, database, plan="two for life")
    old = academy.issue()["code"]
    new = renew(academy, old)["code"]
    error_of(academy.post(f"{PATH}/{new}/renew"), 403, "plan_limit_exceeded")
    assert academy.read(new)["status"] == "never_expires"
    assert happened(academy) == ["certificate.issued"] * 2


def test_a_certificate_is_corrected_until_it_is_claimed(academy: Academy, anyone: httpx.Client) -> None:
    issued = academy.issue()
    link = token_for(issued)
    expected = issued
    for change in ({"holder_name": "Rene\u0301e"}, {"holder_email": "Jane.Roe@Example.com"}, {}, {"notify": False}):
        answer = academy.patch(f"{PATH}/{issued['code']}", json=change)
        expected |= {name: "Ren\xe9e" if name == "holder_name" else value for name, value in change.items()}
        expected.pop("notify", None)
        assert (answer.status_code, answer.json()["data"]) == (200, expected)
        assert academy.read(issued["code"]) == expected
    assert anyone.get(f"/api/v1/verify/{issued['code']}").json()["certificate"]["holder_name"] == "Ren\xe9e"
    error_of(claim(anyone, link), 422, "unprocessable_entity")
    assert claim(anyone, token_for(expected)).status_code == 200
    for change in ({"holder_name": "Joe"}, {"holder_email": "joe@example.com"}):
        error_of(academy.patch(f"{PATH}/{issued['code']}", json=change), 409, "conflict")
    same = academy.patch(f"{PATH}/{issued['code']}", json={"holder_name": "Rene\u0301e"})
    assert (same.status_code, same.json()["data"]["is_claimed"]) == (200, True)
    assert happened(academy) == ["certificate.issued", "certificate.claimed"]


def test_a_correction_is_written_down(academy: Academy) -> None:
    issued = academy.issue()
    academy.patch(f"{PATH}/{issued['code']}", json={"holder_name": "Jane Roe", "notify": False})
    academy.patch(f"{PATH}/{issued['code']}", json={"holder_name": "Jane Roe"})

    async def written() -> list[AuditEntry]:
        return await AuditEntry.filter(organization_id=academy.id, action="update_certificate")

    (entry,) = academy.database.run(written)
    assert (entry.action, entry.subject) == ("update_certificate", issued["code"])
    assert ("Jane Doe" in entry.before, "Jane Roe" in entry.after, entry.api_key_id is not None) == (True, True, True)


def test_a_correction_mails_at_most_five_times_a_day(academy: Academy) -> None:
    code = academy.issue()["code"]
    path = f"{PATH}/{code}"
    for number in range(5):
        assert academy.patch(path, json={"holder_email": f"jane{number}@example.com"}).status_code == 200
    sixth = academy.patch(path, json={"holder_email": "jane@example.com"})
    error_of(sixth, 429, "rate_limited")
    assert 23 * 3600 < int(sixth.headers["retry-after"]) <= 24 * 3600
    error_of(academy.post(f"{path}/resend-claim"), 429, "rate_limited")
    assert academy.read(code)["holder_email"] == "jane4@example.com"
    quietly = academy.patch(path, json={"holder_email": "jane@example.com", "notify": False})
    assert (quietly.status_code, quietly.json()["data"]["holder_email"]) == (200, "jane@example.com")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"holder_name": None}, "holder_name"),
        ({"holder_name": " "}, "holder_name"),
        ({"holder_name": "Jane\nDoe"}, "holder_name"),
        ({"holder_email": "jane"}, "holder_email"),
        ({"holder_email": "jane@example.com\r\nBcc: x@example.com"}, "holder_email"),
        ({"notify": None}, "notify"),
        ({"notify": "no"}, "notify"),
        ({"course_id": "6f1d2a64-3c1e-4f0b-9a44-0d8a4a8b7c11"}, "course_id"),
        ({"issued_at": "2024-01-31T10:00:00Z"}, "issued_at"),
        ({"claimed_at": None}, "claimed_at"),
    ],
)
def test_a_wrong_correction_is_422_and_changes_nothing(academy: Academy, body: dict[str, object], field: str) -> None:
    issued = academy.issue()
    answer = academy.patch(f"{PATH}/{issued['code']}", json={"holder_name": "Joe", **body})
    error_of(answer, 422, "unprocessable_entity")
    assert fields_of(answer) == [field]
    assert academy.read(issued["code"]) == issued


def test_of_a_claim_and_a_correction_at_once_one_comes_first(academy: Academy, twin: Installation) -> None:
    with twin.client() as client, ThreadPoolExecutor(2) as pool:
        for _ in range(8):
            issued = academy.issue(notify=False)
            moved = {"holder_email": "other@example.com"}
            claiming = pool.submit(claim, client, token_for(issued))
            correcting = pool.submit(academy.patch, f"{PATH}/{issued['code']}", json=moved)
            outcome = claiming.result().status_code, correcting.result().status_code
            assert outcome in {(200, 409), (422, 200)}
            facts = academy.read(issued["code"])
            assert facts["is_claimed"] is (outcome == (200, 409))
            assert facts["holder_email"] == ("jane@example.com" if facts["is_claimed"] else "other@example.com")


def test_a_link_is_mailed_again_once_a_minute_and_five_times_a_day(academy: Academy) -> None:
    issued, other = academy.issue(notify=False), academy.issue(notify=False)
    path = f"{PATH}/{issued['code']}/resend-claim"
    for number in range(5):
        answer = academy.post(path)
        assert (answer.status_code, answer.json()["data"]) == (202, issued), number
        again = academy.post(path)
        error_of(again, 429, "rate_limited")
        assert number == 4 or 1 <= int(again.headers["retry-after"]) <= 61
        later(academy, issued["code"], timedelta(seconds=61))
    full = academy.post(path)
    error_of(full, 429, "rate_limited")
    assert 23 * 3600 < int(full.headers["retry-after"]) <= 24 * 3600
    assert mails(academy, issued["code"]) == ["claim_again"] * 5
    assert academy.post(f"{PATH}/{other['code']}/resend-claim").status_code == 202
    later(academy, issued["code"], DAY)
    assert academy.post(path).status_code == 202


def test_a_link_is_not_mailed_for_what_cannot_be_claimed(academy: Academy) -> None:
    claimed, revoked = academy.issue(), academy.issue()
    claim(academy.web, token_for(claimed))
    academy.revoke(revoked["code"])
    for issued in (claimed, revoked):
        error_of(academy.post(f"{PATH}/{issued['code']}/resend-claim"), 409, "conflict")
    error_of(academy.post(f"{PATH}/TRC-EXA-26-AAAAAA/resend-claim"), 404, "not_found")


def test_a_repeated_request_mails_and_renews_once(academy: Academy) -> None:
    code = academy.issue(notify=False)["code"]
    for path, status, left in (("resend-claim", 202, ["claim_again"]), ("renew", 201, ["claim_again"])):
        key = {"Idempotency-Key": path}
        first, second = (academy.post(f"{PATH}/{code}/{path}", headers=key) for _ in range(2))
        assert (first.status_code, second.status_code) == (status, status)
        assert first.content == second.content
        assert second.headers["idempotent-replayed"] == "true"
        assert mails(academy, code) == left
    assert academy.count() == 2


def test_nobody_is_mailed_who_is_not_to_be_told(academy: Academy) -> None:
    quiet, told = academy.issue(notify=False), academy.issue(notify=True)
    assert (mails(academy, quiet["code"]), mails(academy, told["code"])) == ([], ["claim"])
    academy.patch(f"{PATH}/{quiet['code']}", json={"holder_name": "Joe", "notify": False})
    assert mails(academy, renew(academy, quiet["code"], notify=False)["code"]) == []
    assert mails(academy, quiet["code"]) == []
    answer = academy.post(PATH, json={"course_id": academy.course()["id"], **HOLDER, "notify": 0})
    error_of(answer, 422, "unprocessable_entity")
    assert fields_of(answer) == ["notify"]


def _expire(academy: Academy, code: str) -> None:
    academy.alter(code, expires_at=datetime.now(UTC).replace(microsecond=0) - DAY)


STEPS: list[tuple[str, Callable[[Academy, str], object], int]] = [
    ("expired", _expire, 200),
    ("renewed", renew, 200),
    ("revoked", lambda academy, code: academy.revoke(code, reason="Issued in error"), 410),
]


@pytest.mark.parametrize("claimed", [False, True])
def test_every_answer_tells_the_same_state_after_each_step(
    academy: Academy, anyone: httpx.Client, *, claimed: bool
) -> None:
    issued = academy.issue(academy.course(validity_period_months=12)["id"])
    code = issued["code"]
    if claimed:
        claim(anyone, token_for(issued))
    _assert_told(academy, code, "valid", 200 if claimed else 404)
    for status, step, assertion in STEPS:
        step(academy, code)
        _assert_told(academy, code, status, assertion if claimed else 404)
    told = feed(academy, event="certificate.revoked")[-1]["data"]["certificate"]
    facts = academy.read(code)
    assert {name: facts[name] for name in told} == told


def _assert_told(academy: Academy, code: str, status: str, assertion: int) -> None:
    facts = academy.read(code)
    assert facts["status"] == status
    find = partial(academy.get, PATH)
    listed = {choice: find(params={"status": choice}).json()["data"] for choice in ("valid", "expired", "all")}
    for choice, found in listed.items():
        shown = [item for item in found if item["code"] == code]
        assert shown == ([facts] if choice in {status, "all"} else [])
    public = academy.web.get(f"/api/v1/verify/{code}").json()
    assert (public["valid"], public["status"], public["links"]) == (status == "valid", status, facts["links"])
    assert public["certificate"]["expires_at"] == facts["expires_at"]
    assert f"<h1>{status.capitalize()}</h1>" in academy.web.get(f"/v/{code}").text
    badge = academy.web.get(f"/api/obi/assertion/{code}")
    assert badge.status_code == assertion
    if assertion == 200:
        assert badge.json()["expires"] == facts["expires_at"]
    if assertion == 410:
        assert badge.json()["revocationReason"] == public["certificate"]["revocation_reason"] == "Issued in error"
