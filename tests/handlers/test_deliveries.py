"""Deliveries over HTTP: what is on its way to an endpoint and what became of it, page by page, and sent again on demand."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from models import Delivery, Event
from rules.instants import parse, show
from tests.academies import Academy
from tests.agreement import error_of, fields_of
from tests.endpoints import LONG_AGO, PATH, deliveries, feed, register
from tests.installation import free_port
from tests.receiver import Receiver, Reply
from tests.server.probe import until


def walk(academy: Academy, webhook_id: str, **params: str | int) -> list[dict[str, Any]]:
    """Every delivery on every page, in their order."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = academy.get(f"{PATH}/{webhook_id}/deliveries", params={**params, **cursor}).json()
        found += page["data"]
        cursor = {"cursor": page["pagination"]["cursor"]}
        if not page["pagination"]["has_more"]:
            return found


def test_an_event_is_on_its_way_to_each_endpoint_that_takes_it(academy: Academy, rival: Academy) -> None:
    some, all_of_them = register(academy, events=["certificate.revoked"])["id"], register(academy)["id"]
    register(rival)
    academy.revoke(academy.issue()["code"])
    issued, revoked = (event["id"] for event in feed(academy))
    assert [each["event_id"] for each in deliveries(academy, some)] == [revoked]
    assert [each["event_id"] for each in deliveries(academy, all_of_them)] == [revoked, issued]
    late = register(academy)["id"]
    assert deliveries(academy, late) == []


def test_a_delivery_says_where_it_stands(sender: Academy) -> None:
    webhook = register(sender, f"http://127.0.0.1:{free_port()}/")["id"]
    issued = sender.issue()
    until(lambda: deliveries(sender, webhook)[0]["attempts"] != [])
    (found,) = deliveries(sender, webhook)
    attempt = found["attempts"][0]
    assert (found["event"], found["finished_at"]) == ("certificate.issued", None)
    assert (attempt["number"], attempt["status"], attempt["answer"]) == (1, None, None)
    assert "refused" in attempt["error"]
    assert issued["created_at"] <= found["created_at"] <= attempt["started_at"] < found["next_attempt_at"]
    one = f"{PATH}/{webhook}/deliveries/{found['id']}"
    assert sender.get(one).json()["data"]["attempts"][0] == attempt
    assert {sender.call("HEAD", path).status_code for path in (one, f"{PATH}/{webhook}/deliveries")} == {200}


@pytest.mark.parametrize("limit", [1, 3, 50])
def test_pages_lose_and_repeat_nothing_though_many_are_made_at_one_instant(academy: Academy, limit: int) -> None:
    course = academy.course()["id"]
    for _ in range(4):
        academy.issue(course, notify=False)
    webhook = register(academy)["id"]
    assert academy.post(f"{PATH}/{webhook}/redeliver", json={"since": LONG_AGO}).json()["data"]["queued"] == 4
    for _ in range(3):
        academy.issue(course, notify=False)
    found = walk(academy, webhook, limit=limit)
    assert len({each["created_at"] for each in found}) == 4
    assert [each["event_id"] for each in found[:3]] == [event["id"] for event in feed(academy)[:3:-1]]
    assert {each["event_id"] for each in found} == {event["id"] for event in feed(academy)}
    assert len(found) == 7
    assert [each["id"] for each in found] == [each["id"] for each in walk(academy, webhook, limit=2)]
    assert walk(academy, webhook, limit=limit, status="delivered") == []
    assert len(walk(academy, webhook, limit=limit, status="pending")) == 7


def test_an_empty_page_has_no_cursor(academy: Academy) -> None:
    webhook = register(academy)["id"]
    nothing = {"data": [], "pagination": {"cursor": None, "has_more": False}}
    assert academy.get(f"{PATH}/{webhook}/deliveries").json() == nothing
    ahead = {"cursor": f"2020-01-01T00:00:00Z_{uuid4()}"}
    assert academy.get(f"{PATH}/{webhook}/deliveries", params=ahead).json() == nothing


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("limit", ["0", "51", "x"]),
        ("status", ["", "PENDING", "done"]),
        (
            "cursor",
            ["", "1", LONG_AGO, f"_{uuid4()}", f"{LONG_AGO}_", f"{LONG_AGO}_x", f"2026-02-30T10:00:00Z_{uuid4()}"],
        ),
    ],
)
def test_a_parameter_that_makes_no_sense_is_422_and_named(academy: Academy, name: str, values: list[str]) -> None:
    webhook = register(academy)["id"]
    for value in values:
        answer = academy.get(f"{PATH}/{webhook}/deliveries", params={name: value})
        error_of(answer, 422, "unprocessable_entity")
        assert fields_of(answer) == [f"query.{name}"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["since"]),
        ({"since": None}, ["since"]),
        ({"since": "2026-03-15T10:00:00"}, ["since"]),
        ({"since": "2026-03-15"}, ["since"]),
        ({"since": "2026-02-30T10:00:00Z"}, ["since"]),
        ({"since": LONG_AGO, "until": 7}, ["until"]),
        ({"since": LONG_AGO, "until": None}, ["until"]),
        ({"since": LONG_AGO, "only": "failed"}, ["only"]),
        ({"since": LONG_AGO, "webhook_id": "x"}, ["webhook_id"]),
    ],
)
def test_a_range_that_makes_no_sense_is_422_and_named(
    academy: Academy, body: dict[str, object], fields: list[str]
) -> None:
    answer = academy.post(f"{PATH}/{register(academy)['id']}/redeliver", json=body)
    error_of(answer, 422, "unprocessable_entity")
    assert fields_of(answer) == fields


def test_a_range_takes_its_first_instant_and_not_its_last(academy: Academy) -> None:
    course, webhook = academy.course()["id"], register(academy)["id"]
    for _ in range(2):
        academy.issue(course, notify=False)
    begin, end = (_told_at(academy, number) for number in (0, 1))
    path = f"{PATH}/{webhook}/redeliver"
    ranges = [(begin, end), (end, begin), (end, show(parse(end, "end") + timedelta(microseconds=1)))]
    queued = [
        academy.post(path, json={"since": since, "until": until_, "only": "all"}).json()["data"]["queued"]
        for since, until_ in ranges
    ]
    assert queued == [1, 0, 1]
    offset = parse(begin, "begin").astimezone().isoformat()
    assert academy.post(path, json={"since": offset, "only": "all"}).json()["data"]["queued"] == 2


def _told_at(academy: Academy, number: int) -> str:
    """When an event happened, which the feed tells in whole seconds."""

    async def ask() -> datetime:
        return (await Event.filter(organization_id=academy.id).order_by("created_at"))[number].created_at

    return show(academy.database.run(ask))


def test_a_long_range_is_queued_in_parts(academy: Academy) -> None:
    webhook = register(academy)["id"]
    academy.post(f"{PATH}/{webhook}/disable")
    academy.issue(notify=False)
    begin = datetime.now(UTC) - timedelta(days=9)

    async def fill() -> None:
        (row,) = await Event.filter(organization_id=academy.id)
        rows = [_another(row, begin + timedelta(seconds=number)) for number in range(1004)]
        await Event.bulk_create(rows, batch_size=200)

    academy.database.run(fill)
    path = f"{PATH}/{webhook}/redeliver"
    error_of(academy.post(path, json={"since": LONG_AGO}), 409, "conflict")
    academy.post(f"{PATH}/{webhook}/enable")
    first = academy.post(path, json={"since": LONG_AGO}).json()["data"]
    assert first == {"queued": 1000, "resume_from": show(begin + timedelta(seconds=1000))}
    rest = academy.post(path, json={"since": first["resume_from"]}).json()["data"]
    assert rest == {"queued": 5, "resume_from": None}
    (count,) = academy.database.rows("SELECT count(*) AS n FROM delivery WHERE webhook_id = $1", webhook)
    assert count["n"] == 1005
    assert academy.call("DELETE", f"{PATH}/{webhook}").status_code == 204


def _another(event: Event, created_at: datetime) -> Event:
    return Event(
        id=uuid4(),
        organization_id=event.organization_id,
        kind=event.kind,
        certificate_id=None,  # a certificate is issued once
        body=event.body,
        created_at=created_at,
    )


def test_sending_again_needs_an_endpoint_that_is_on(academy: Academy) -> None:
    webhook = register(academy)["id"]
    academy.issue()
    (found,) = deliveries(academy, webhook)
    one, many = f"{PATH}/{webhook}/deliveries/{found['id']}/redeliver", f"{PATH}/{webhook}/redeliver"
    again = academy.post(one)
    assert (again.status_code, again.json()["data"]["status"]) == (202, "pending")
    queued = academy.post(many, json={"since": LONG_AGO, "only": "all"})
    assert (queued.status_code, queued.json()["data"]) == (202, {"queued": 1, "resume_from": None})
    academy.post(f"{PATH}/{webhook}/disable")
    for answer in (academy.post(one), academy.post(many, json={"since": LONG_AGO})):
        error_of(answer, 409, "conflict")
    assert len(deliveries(academy, webhook)) == 1


def test_a_delivery_belongs_to_its_endpoint(academy: Academy) -> None:
    one, other = register(academy)["id"], register(academy)["id"]
    academy.issue()
    (found,) = deliveries(academy, one)
    foreign = academy.get(f"{PATH}/{other}/deliveries/{found['id']}")
    error_of(foreign, 404, "not_found")
    assert foreign.content == academy.get(f"{PATH}/{other}/deliveries/{uuid4()}").content
    error_of(academy.post(f"{PATH}/{other}/deliveries/{found['id']}/redeliver"), 404, "not_found")
    for identity in ("nothing", "%00", found["id"].replace("-", "")):
        error_of(academy.get(f"{PATH}/{one}/deliveries/{identity}"), 404, "not_found")


def test_a_repeated_request_sends_it_again_once(sender: Academy, receiver: Receiver) -> None:
    place = receiver.place()
    place.replies = [Reply(500)]
    webhook = register(sender, place.url)["id"]
    sender.issue(notify=False)
    until(lambda: len(deliveries(sender, webhook)[0]["attempts"]) == 1)
    path = f"{PATH}/{webhook}/redeliver"
    key = {"Idempotency-Key": "one"}
    answers = [sender.post(path, json={"since": LONG_AGO, "only": "all"}, headers=key) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    until(lambda: deliveries(sender, webhook)[0]["status"] == "delivered")

    async def rows() -> int:
        return await Delivery.filter(webhook_id=UUID(webhook)).count()

    assert sender.database.run(rows) == 1
    assert [each.headers["webhook-id"] for each in place.wait(2)] == [feed(sender)[0]["id"]] * 2
