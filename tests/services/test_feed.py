"""The feed: every event once and in its place, whenever it was committed and however many read and write at once."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from models import Event
from rules.events import EventKind
from services import certificates, claims, events
from services.callers import Caller
from services.events import PLACED_AT_ONCE
from services.events import Event as Told
from tests.databases import Database
from tests.services.inside import (
    DAY,
    KEYRING,
    NOW,
    Academy,
    Execute,
    academy,
    at_once,
    elsewhere,
    outside,
    somebody_waits,
    token,
)

pytestmark = pytest.mark.usefixtures("alone")

WRITE = (
    "INSERT INTO event (id, organization_id, kind, body, created_at) VALUES ($1, $2, 'certificate.claimed', $3, '{}')"
)


async def write(execute: Execute, own: Academy, moment: datetime) -> UUID:
    """An event as another process writes it, in the transaction that it has open."""
    made = uuid4()
    await execute(WRITE.format(moment.isoformat(" ")), str(made), str(own.id), b"{}")
    return made


async def pile(own: Academy, kinds: Sequence[EventKind]) -> list[UUID]:
    """Events that nobody has asked for yet, a second apart."""
    rows = [
        Event(id=uuid4(), organization_id=own.id, kind=kind, body=b"{}", created_at=NOW + timedelta(seconds=number))
        for number, kind in enumerate(kinds)
    ]
    await Event.bulk_create(rows, batch_size=1000)
    return [row.id for row in rows]


async def follow(own: Academy, finished: asyncio.Event, limit: int = 7) -> list[Told]:
    """What somebody sees who asks again and again, until there is nothing more."""
    seen: list[Told] = []
    while True:
        last = finished.is_set()
        page = await events.page(own.id, seen[-1].position if seen else None, None, limit)
        seen += page.items
        if last and not page.items:
            return seen


def is_whole(seen: Sequence[Told], expected: set[UUID]) -> bool:
    """Whether all were seen, each once, in places without gap."""
    return {event.id for event in seen} == expected and [event.position for event in seen] == [
        *range(1, len(expected) + 1)
    ]


async def test_the_feed_tells_what_happened_in_order() -> None:
    own = await academy()
    certificate = await own.issue(NOW)
    await claims.claim(token(certificate), KEYRING, NOW + DAY)
    other = await own.issue(NOW + 2 * DAY)
    await certificates.revoke(own.caller, certificate.code, None, NOW + 3 * DAY)
    told = await own.feed()
    assert [event.kind for event in told] == [
        "certificate.issued",
        "certificate.claimed",
        "certificate.issued",
        "certificate.revoked",
    ]
    assert [event.position for event in told] == [1, 2, 3, 4]
    assert [event.created_at for event in told] == [NOW + number * DAY for number in range(4)]
    assert other.code.encode() in told[2].body


async def test_a_page_begins_after_its_cursor_and_tells_whether_more_come() -> None:
    own = await academy()
    made = await pile(own, ["certificate.issued"] * 7)
    first = await events.page(own.id, None, None, 3)
    assert ([event.id for event in first.items], first.has_more) == (made[:3], True)
    second = await events.page(own.id, first.items[-1].position, None, 3)
    assert ([event.id for event in second.items], second.has_more) == (made[3:6], True)
    third = await events.page(own.id, second.items[-1].position, None, 3)
    assert ([event.id for event in third.items], third.has_more) == (made[6:], False)
    empty = await events.page(own.id, third.items[-1].position, None, 3)
    assert (empty.items, empty.has_more) == ([], False)
    exact = await events.page(own.id, None, None, 7)
    assert (len(exact.items), exact.has_more) == (7, False)
    assert (await events.page(own.id, 0, None, 3)).items == first.items
    assert (await events.page(own.id, 2**62, None, 3)).items == []


async def test_the_feed_of_one_kind_keeps_the_places_of_the_whole() -> None:
    own = await academy()
    made = await pile(own, ["certificate.issued", "certificate.claimed", "webhook.test"] * 5)
    claimed = await own.feed(kind="certificate.claimed", limit=2)
    assert [event.id for event in claimed] == made[1::3]
    assert [event.position for event in claimed] == [2, 5, 8, 11, 14]
    assert [event.id for event in await own.feed(after=5, kind="certificate.claimed")] == made[7::3]
    assert await own.feed(kind="certificate.expired") == []


async def test_each_academy_has_a_feed_of_its_own() -> None:
    own, rival = await academy(), await academy()
    mine, theirs = await pile(own, ["certificate.issued"] * 3), await pile(rival, ["certificate.issued"] * 2)
    for one, made in ((own, mine), (rival, theirs)):
        assert is_whole(await one.feed(), set(made))


async def test_a_long_pile_that_nobody_asked_for_is_told_whole_and_in_order() -> None:
    own = await academy()
    kinds: list[EventKind] = ["certificate.issued"] * (2 * PLACED_AT_ONCE + 10)
    made = await pile(own, [*kinds, "certificate.claimed"])
    assert [event.id for event in await own.feed(kind="certificate.claimed")] == made[-1:]
    assert [event.id for event in await own.feed()] == made


async def test_an_event_that_commits_late_comes_after_the_cursor(alone: Database) -> None:
    own = await academy()
    before = await own.issue(NOW)
    (first,) = await own.feed()
    async with outside(alone) as execute:
        await execute("BEGIN IMMEDIATE" if not alone.is_postgres else "BEGIN")
        late = await write(execute, own, NOW - DAY)
        assert await own.feed(after=first.position) == []
        if alone.is_postgres:  # SQLite has one writer, and so no event that overtakes another
            for _ in range(3):
                await own.issue(NOW + DAY)
        between = await own.feed(after=first.position)
        assert late not in {event.id for event in between}
        await execute("COMMIT")
    told = await own.feed(after=max([first, *between], key=lambda event: event.position).position)
    assert [event.id for event in told] == [late]
    assert is_whole(await own.feed(), {first.id, late, *(event.id for event in between)})
    assert before.code.encode() in first.body


async def test_what_began_first_may_commit_last(alone: Database) -> None:
    if not alone.is_postgres:
        return
    own = await academy()
    seen: list[UUID] = []
    async with outside(alone) as first, outside(alone) as second, outside(alone) as third:
        written = {}
        for number, execute in enumerate((first, second, third)):
            await execute("BEGIN")
            written[execute] = await write(execute, own, NOW + number * DAY)
        after = 0
        for execute, end in ((third, "COMMIT"), (first, "ROLLBACK"), (second, "COMMIT")):
            await execute(end)
            for event in await own.feed(after=after):
                seen.append(event.id)
                after = event.position
    assert seen == [written[third], written[second]]
    assert after == 2


async def test_a_transaction_that_is_taken_back_leaves_no_gap(alone: Database) -> None:
    own = await academy()
    async with outside(alone) as execute:
        await execute("BEGIN")
        await write(execute, own, NOW)
        await execute("ROLLBACK")
    await own.issue()
    assert [event.position for event in await own.feed()] == [1]


async def test_several_who_read_at_once_give_each_event_one_place() -> None:
    own = await academy()
    made = await pile(own, ["certificate.issued"] * 60)
    pages = await at_once(*(events.page(own.id, None, None, 50) for _ in range(12)))
    assert len({tuple((event.id, event.position) for event in page.items) for page in pages}) == 1
    assert is_whole(await own.feed(), set(made))


async def test_a_place_that_somebody_is_giving_is_waited_for(alone: Database) -> None:
    if not alone.is_postgres:
        return  # one writer at a time
    own = await academy()
    first, second, third = await pile(own, ["certificate.issued"] * 3)
    async with outside(alone) as execute:
        await execute("BEGIN")
        await execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"feed:{own.id}")
        for place, event in ((2, first), (1, second)):
            await execute("UPDATE event SET position = $1 WHERE id = $2", place, event)
        reading = asyncio.create_task(events.page(own.id, None, None, 50))
        await somebody_waits(reading)
        await execute("COMMIT")
        assert [event.id for event in (await reading).items] == [second, first, third]


async def test_thirty_two_who_issue_and_three_who_read_at_once() -> None:
    own = await academy()
    finished = asyncio.Event()

    async def issue(moment: datetime) -> None:
        certificate = await own.issue(moment)
        await claims.claim(token(certificate), KEYRING, moment)
        await own.issue(moment)

    async def issue_all() -> list[Told]:
        try:
            # Their clocks differ, as those of several machines do.
            await at_once(*(issue(NOW + timedelta(seconds=number * 7 % 32)) for number in range(32)))
        finally:
            finished.set()
        return []

    _, *seen = await at_once(issue_all(), *(follow(own, finished, limit) for limit in (1, 7, 50)))
    expected = {event.id for event in await Event.filter(organization_id=own.id)}
    assert len(expected) == 96
    assert [is_whole(one, expected) for one in seen] == [True] * 3


async def issue_some(organization: str, course: str, number: str) -> list[str]:
    """Certificates, one after the other, by the clock of this process."""
    wanted = certificates.Wanted(UUID(course), "Jane Doe", "jane@example.com", None, notify=False)
    for each in range(int(number)):
        await certificates.issue(Caller(UUID(organization)), wanted, NOW + timedelta(seconds=each))
    return [str(one) for one in await Event.filter(organization_id=organization).values_list("id", flat=True)]


async def test_processes_that_issue_and_one_that_reads(alone: Database) -> None:
    own = await academy()
    finished = asyncio.Event()

    async def issue_all() -> list[Told]:
        try:
            await at_once(*(elsewhere(alone, issue_some, own.id, own.course_id, 25) for _ in range(3)))
        finally:
            finished.set()
        return []

    _, seen = await at_once(issue_all(), follow(own, finished))
    expected = {event.id for event in await Event.filter(organization_id=own.id)}
    assert len(expected) == 75
    assert is_whole(seen, expected)
