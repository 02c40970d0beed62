"""The feed over HTTP: in order, each event once, and where to go on even when nothing is new."""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tortoise.transactions import in_transaction

from models import Delivery
from tests.academies import Academy
from tests.agreement import error_of, fields_of
from tests.claiming import claim, token_for
from tests.endpoints import feed, happened, register
from tests.installation import Installation

PATH = "/api/v1/events"


def codes(events: list[dict[str, Any]]) -> list[str]:
    return [event["data"]["certificate"]["code"] for event in events]


def walk(academy: Academy, cursor: str | None = None, **params: str | int) -> tuple[list[dict[str, Any]], str | None]:
    """Everything after a cursor, and where it ends."""
    events: list[dict[str, Any]] = []
    while True:
        start = {} if cursor is None else {"cursor": cursor}
        page = academy.get(PATH, params={**params, **start}).json()
        assert len(page["data"]) <= int(params.get("limit", 50))
        events += page["data"]
        cursor = page["pagination"]["cursor"]
        if not page["pagination"]["has_more"]:
            return events, cursor


def test_the_feed_holds_what_happened_in_its_order(academy: Academy) -> None:
    issued = academy.issue(academy.course(validity_period_months=12)["id"])
    claim(academy.web, token_for(issued))
    revoked = academy.revoke(issued["code"], reason="Issued in error").json()["data"]
    events = feed(academy)
    assert [event["event"] for event in events] == ["certificate.issued", "certificate.claimed", "certificate.revoked"]
    members = ["id", "code", "holder_name", "holder_email", "course_id", "course_name", "issued_at", "expires_at"]
    for event in events:
        assert list(event) == ["id", "event", "data", "timestamp"]
        certificate = event["data"]["certificate"]
        assert {name: certificate[name] for name in members} == {name: issued[name] for name in members}
    withdrawn = events[2]["data"]["certificate"]
    assert (withdrawn["revoked_at"], withdrawn["revocation_reason"]) == (revoked["revoked_at"], "Issued in error")
    assert "revoked_at" not in events[0]["data"]["certificate"]
    assert len({event["id"] for event in events}) == 3


def test_what_changes_nothing_is_no_event(academy: Academy) -> None:
    code = academy.issue()["code"]
    for _ in range(2):
        academy.revoke(code)
    error_of(academy.post("/api/v1/certificates", json={}), 422, "unprocessable_entity")
    error_of(academy.post(f"/api/v1/certificates/{code}/renew"), 409, "conflict")
    academy.patch(f"/api/v1/certificates/{code}", json={"holder_name": "Jane Roe"})
    assert happened(academy) == ["certificate.issued", "certificate.revoked"]


@pytest.mark.parametrize(
    ("days", "told"), [(29, ["issued", "expiring"]), (31, ["issued"]), (-1, ["issued"]), (-4000, ["issued"])]
)
def test_a_certificate_is_about_to_expire_from_its_issue_on_where_it_has_less_than_30_days(
    academy: Academy, days: int, told: list[str]
) -> None:
    course = academy.course(validity_period_months=12)["id"]
    issued_at = datetime.now(UTC) + timedelta(days=days) - timedelta(days=365)
    academy.issue(course, issued_at=issued_at.isoformat())
    assert happened(academy) == [f"certificate.{kind}" for kind in told]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_a_walk_meets_each_event_once_and_goes_on_where_it_ended(academy: Academy, limit: int) -> None:
    course = academy.course()["id"]
    made = [academy.issue(course)["code"] for _ in range(3)]
    events, cursor = walk(academy, limit=limit)
    assert codes(events) == made
    end = {"data": [], "pagination": {"cursor": cursor, "has_more": False}}
    for _ in range(2):
        assert academy.get(PATH, params={"cursor": cursor, "limit": limit}).json() == end
    made.append(academy.issue(course)["code"])
    assert codes(walk(academy, cursor, limit=limit)[0]) == made[-1:]
    assert codes(walk(academy, limit=limit)[0]) == made


def test_an_empty_feed_has_no_cursor_and_keeps_one_that_is_ahead(academy: Academy) -> None:
    assert academy.get(PATH).json() == {"data": [], "pagination": {"cursor": None, "has_more": False}}
    for ahead in ("0", "7", "9" * 18, "000000000000000007"):
        page = academy.get(PATH, params={"cursor": ahead}).json()
        assert page == {"data": [], "pagination": {"cursor": ahead, "has_more": False}}


def test_a_feed_of_one_kind_goes_on_by_the_same_cursor(academy: Academy) -> None:
    course = academy.course()["id"]
    first, second = academy.issue(course)["code"], academy.issue(course)["code"]
    academy.revoke(first)
    academy.post("/api/v1/webhooks/test")
    academy.revoke(second)
    for kind, count in (("certificate.issued", 2), ("certificate.revoked", 2), ("webhook.test", 1)):
        assert happened(academy, event=kind) == [kind] * count
    assert happened(academy, event="certificate.expired") == []
    page = academy.get(PATH, params={"event": "certificate.revoked", "limit": 1}).json()
    assert (codes(page["data"]), page["pagination"]["has_more"]) == ([first], True)
    cursor = page["pagination"]["cursor"]
    assert codes(feed(academy, event="certificate.revoked", cursor=cursor)) == [second]
    assert happened(academy, cursor=cursor) == ["certificate.revoked"]
    nothing = academy.get(PATH, params={"event": "certificate.expired", "cursor": cursor}).json()
    assert nothing["pagination"] == {"cursor": cursor, "has_more": False}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("limit", ["0", "51", "-1", "1.5", "ten", "", "1e1", "1" * 30]),
        ("cursor", ["", "-1", "+1", "1.5", "0x1", "1 ", "1" * 19, "\u0661", "2026-03-15T10:00:00Z", "null", "1;2"]),
        ("event", ["", "certificate.printed", "CERTIFICATE.ISSUED", "issued", "certificate.issued,webhook.test"]),
    ],
)
def test_a_parameter_that_makes_no_sense_is_422_and_named(academy: Academy, name: str, values: list[str]) -> None:
    for value in values:
        answer = academy.get(PATH, params={name: value})
        error_of(answer, 422, "unprocessable_entity")
        assert fields_of(answer) == [f"query.{name}"]
    error_of(academy.get(f"{PATH}?{name}=1&{name}=1"), 422, "unprocessable_entity")


def test_a_feed_holds_only_ones_own(academy: Academy, rival: Academy) -> None:
    academy.issue()
    cursor = walk(academy)[1]
    assert cursor is not None
    assert feed(rival) == []
    assert feed(rival, cursor=cursor) == []
    own = rival.issue()["code"]
    assert codes(feed(rival)) == [own]
    assert codes(feed(academy)) != [own]


def test_no_event_comes_to_light_behind_a_cursor(academy: Academy, twin: Installation) -> None:
    course = academy.course()["id"]

    def issue(number: int) -> list[str]:
        member = Academy(academy.id, academy.key, academy.web if number % 2 else client, academy.database)
        return [member.issue(course, notify=False)["code"] for _ in range(15)]

    def follow(reader: Academy, writers: list[Future[list[str]]]) -> list[dict[str, Any]]:
        seen, cursor = walk(reader, limit=7)
        while not all(writer.done() for writer in writers):
            more, cursor = walk(reader, cursor, limit=7)
            seen += more
        return seen + walk(reader, cursor)[0]

    with twin.client() as client, ThreadPoolExecutor(10) as pool:
        writers = [pool.submit(issue, number) for number in range(6)]
        other = Academy(academy.id, academy.key, client, academy.database)
        readers = [pool.submit(follow, reader, writers) for reader in (academy, other, other)]
        made = {code for writer in writers for code in writer.result()}
        seen = [reader.result() for reader in readers]
    assert len(made) == 90
    order, _ = walk(academy)
    assert {len(codes(order)), len(set(codes(order)))} == {90}
    assert set(codes(order)) == made
    for each in seen:
        assert each == order


def test_the_feed_waits_for_nobody_who_writes_down_what_became_of_deliveries(academy: Academy) -> None:
    if not academy.database.is_postgres:
        return  # has one writer at a time, whatever it writes
    register(academy)
    academy.issue(notify=False)

    async def read_meanwhile() -> httpx.Response:
        async with in_transaction():
            delivery = (
                await Delivery.filter(webhook__organization_id=academy.id).select_for_update(of=("delivery",)).get()
            )
            for attempts in (1, 2):  # from the second on, the event that it refers to is locked, too
                await Delivery.filter(id=delivery.id).update(attempts=attempts)
            return await asyncio.wait_for(asyncio.to_thread(academy.get, PATH), 10)

    page = academy.database.run(read_meanwhile)
    assert [event["event"] for event in page.json()["data"]] == ["certificate.issued"]
