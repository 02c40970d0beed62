"""What time brings about is announced once: that a certificate will expire, and that it has."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from models import Certificate, CourseVersion, Event
from rules.validity import EXPIRING_FOR
from services import certificates, expiry
from services.certificate_life import Renewal, renew
from services.expiry import BATCH
from tests.databases import Database
from tests.services.inside import DAY, NOW, Academy, academy, at_once, count, lease_all, outside

pytestmark = pytest.mark.usefixtures("alone")

TICK = timedelta(microseconds=1)
ISSUED = NOW - 900 * DAY
EXPIRING, EXPIRED = "certificate.expiring", "certificate.expired"


async def put(own: Academy, facts: Sequence[dict[str, Any]]) -> list[UUID]:
    """Certificates with these facts, issued long ago."""
    version = await CourseVersion.get(course_id=own.course_id)
    begun = await count("certificate")
    rows = [
        Certificate(
            id=uuid4(),
            code=f"TRC-AAA-26-{uuid4().hex[:10]}",
            organization_id=own.id,
            course_id=own.course_id,
            course_version_id=version.id,
            holder_name="Jane Doe",
            holder_email="jane@example.com",
            issued_at=ISSUED,
            created_at=ISSUED + number * TICK,
            **columns,
        )
        for number, columns in enumerate(facts, begun)
    ]
    await Certificate.bulk_create(rows, batch_size=500)
    return [row.id for row in rows]


async def announce(now: datetime) -> tuple[int, int]:
    """One scheduler goes on until nothing is due, as a worker does; how many it announced."""
    expiring = expired = 0
    while True:
        batch = await expiry.announce_expiring(now), await expiry.announce_expired(now)
        if batch == (0, 0):
            return expiring, expired
        assert max(batch) <= BATCH
        expiring, expired = expiring + batch[0], expired + batch[1]


async def told() -> Counter[tuple[str, UUID | None]]:
    """How often what was told of which certificate."""
    return Counter((event.kind, event.certificate_id) for event in await Event.all())


async def once(kinds: Sequence[str], ids: Sequence[UUID]) -> bool:
    """Whether exactly this was told of exactly these, once."""
    return await told() == Counter((kind, one) for kind in kinds for one in ids)


async def positions(own: Academy) -> dict[tuple[str, str], int]:
    """Where in the feed what was told of which certificate."""
    feed = await own.feed()
    return {(event.kind, json.loads(event.body)["data"]["certificate"]["id"]): event.position for event in feed}


async def test_it_is_announced_when_thirty_days_are_left_and_when_none_is() -> None:
    own = await academy()
    (one,) = await put(own, [{"expires_at": NOW}])
    assert await announce(NOW - EXPIRING_FOR - TICK) == (0, 0)
    assert await announce(NOW - EXPIRING_FOR) == (1, 0)
    assert await announce(NOW - TICK) == (0, 0)
    assert await announce(NOW) == (0, 1)
    assert await announce(NOW + 999 * DAY) == (0, 0)
    assert await own.kinds() == [EXPIRING, EXPIRED]
    row = await Certificate.get(id=one)
    assert (row.expiring_noted_at, row.expired_noted_at) == (NOW - EXPIRING_FOR, NOW)


async def test_an_announcement_tells_of_its_certificate_and_is_on_its_way_with_it() -> None:
    own = await academy()
    made = (await own.endpoint()).webhook.id
    (one,) = await put(own, [{"expires_at": NOW}])
    await announce(NOW)
    first, second = [json.loads(event.body) for event in await own.feed()]
    assert first["data"] == second["data"]
    assert first["data"]["certificate"]["id"] == str(one)
    assert first["data"]["certificate"]["expires_at"] == "2026-06-01T12:00:00Z"
    assert len(await lease_all(made, NOW + DAY)) == 2


async def test_only_what_stands_is_announced() -> None:
    own, past = await academy(), NOW - DAY
    (other,) = await put(own, [{"expires_at": None}])
    both, expiring, *others = await put(
        own,
        [
            {"expires_at": NOW},
            {"expires_at": NOW + TICK},
            {"expires_at": NOW + EXPIRING_FOR + TICK},
            {"expires_at": None},
            {"expires_at": past, "revoked_at": past},
            {"expires_at": past, "renewed_by_id": other},
        ],
    )
    assert await announce(NOW) == (2, 1)
    assert await told() == Counter([(EXPIRING, both), (EXPIRED, both), (EXPIRING, expiring)])
    rows = await Certificate.filter(id__in=[*others, other])
    assert {(row.expiring_noted_at, row.expired_noted_at) for row in rows} == {(None, None)}


async def test_what_is_revoked_or_renewed_after_the_first_is_not_told_the_second() -> None:
    own = await academy(months=12)
    revoked, renewed = await own.issue(ISSUED), await own.issue(ISSUED)
    await announce(ISSUED + 340 * DAY)
    await certificates.revoke(own.caller, revoked.code, None, ISSUED + 341 * DAY)
    new = await renew(own.caller, renewed.code, Renewal(None), ISSUED + 341 * DAY)
    assert await announce(ISSUED + 400 * DAY) == (0, 0)
    assert await announce(NOW) == (1, 1)
    assert [key for key in await told() if key[0] == EXPIRED] == [(EXPIRED, new.id)]


async def test_what_is_issued_already_expired_is_never_announced() -> None:
    own = await academy(months=1)
    certificate = await own.issue(issued_at=NOW - 90 * DAY)
    assert await announce(NOW + 999 * DAY) == (0, 0)
    assert await own.kinds() == ["certificate.issued"]
    row = await Certificate.get(id=certificate.id)
    assert (row.expiring_noted_at, row.expired_noted_at) == (NOW, NOW)


async def test_with_fewer_than_thirty_days_at_issue_it_is_told_at_issue() -> None:
    own = await academy(months=1)
    made = (await own.endpoint()).webhook.id
    await own.issue(issued_at=NOW - 10 * DAY)
    assert await own.kinds() == ["certificate.issued", EXPIRING]
    assert len(await lease_all(made, NOW + TICK)) == 2
    assert await announce(NOW + DAY) == (0, 0)
    assert await announce(NOW + 30 * DAY) == (0, 1)
    assert await own.kinds() == ["certificate.issued", EXPIRING, EXPIRED]


async def test_with_exactly_thirty_days_at_issue_too_and_with_more_later() -> None:
    own, other = await academy(months=1), await academy(months=1)
    await own.issue(issued_at=NOW)  # from June to July: thirty days
    await other.issue(issued_at=NOW + TICK)
    assert await own.kinds() == ["certificate.issued", EXPIRING]
    assert await other.kinds() == ["certificate.issued"]
    assert await announce(NOW + DAY) == (1, 0)


async def test_however_long_nobody_looked_both_are_told_in_their_order() -> None:
    own = await academy()
    ids = await put(own, [{"expires_at": NOW - number * DAY} for number in range(300)])
    assert await expiry.announce_expired(NOW) == 0  # it was about to, first
    assert await announce(NOW) == (300, 300)
    assert await once([EXPIRING, EXPIRED], ids)
    places = await positions(own)
    assert all(places[EXPIRING, str(one)] < places[EXPIRED, str(one)] for one in ids)


async def test_schedulers_at_once_announce_each_once() -> None:
    own, rival = await academy(), await academy()
    ids = await put(own, [{"expires_at": NOW}] * (4 * BATCH + 7)) + await put(rival, [{"expires_at": NOW}] * BATCH)
    done = await at_once(*(announce(NOW + number * TICK) for number in range(4)))
    assert [sum(each) for each in zip(*done, strict=True)] == [len(ids)] * 2
    assert await once([EXPIRING, EXPIRED], ids)
    for academy_ in (own, rival):
        feed = await academy_.feed()
        half = len(feed) // 2
        assert Counter(event.kind for event in feed) == {EXPIRING: half, EXPIRED: half}


async def test_a_batch_is_bounded_in_a_table_that_the_database_knows_nothing_of() -> None:
    """PostgreSQL plans by what it has counted: nothing at all, right after many rows came."""
    own = await academy()
    await put(own, [{"expires_at": NOW}] * (12 * BATCH))
    assert [await expiry.announce_expiring(NOW), await expiry.announce_expired(NOW)] == [BATCH, BATCH]
    assert await count("event") == 2 * BATCH


_SCHEDULER = """
import sys
from datetime import timedelta
from tests.databases import Database
from tests.services.test_expiry import NOW, announce

print(Database(sys.argv[1]).run(lambda: announce(NOW)))
"""


async def test_with_a_scheduler_killed_midway_the_others_announce_each_once(alone: Database) -> None:
    own = await academy()
    ids = await put(own, [{"expires_at": NOW}] * (20 * BATCH))
    began = asyncio.get_running_loop().time()
    killed, other = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _SCHEDULER, alone.url),
            cwd=Path(__file__).parents[2],
            stdout=asyncio.subprocess.DEVNULL,
        )
        for _ in range(2)
    ]
    while not await Event.exists():
        assert asyncio.get_running_loop().time() < began + 60
    killed.kill()
    await announce(NOW)
    assert [await killed.wait(), await other.wait()] == [-9, 0]
    await announce(NOW)
    assert await once([EXPIRING, EXPIRED], ids)


async def test_a_clock_that_jumps_ahead_and_back_tells_nothing_twice_and_nothing_out_of_order() -> None:
    own = await academy()
    ids = await put(own, [{"expires_at": NOW + number * 10 * DAY} for number in range(20)])
    jumps = [0, 70, -50, 0, 200, -300, 10, 11, 90, 40, 250, 0]
    for days in jumps:
        await announce(NOW + days * DAY)
    assert await once([EXPIRING, EXPIRED], ids)
    places = await positions(own)
    assert all(places[EXPIRING, str(one)] < places[EXPIRED, str(one)] for one in ids)


async def test_told_at_a_later_hour_by_a_fast_clock_expired_still_comes_second() -> None:
    own = await academy()
    (one,) = await put(own, [{"expires_at": NOW}])
    assert await expiry.announce_expiring(NOW + 9 * DAY) == 1
    assert await expiry.announce_expired(NOW) == 1
    first, second = await Event.filter(certificate_id=one).order_by("created_at")
    assert (first.kind, second.kind) == (EXPIRING, EXPIRED)
    assert first.created_at < second.created_at
    assert await own.kinds() == [EXPIRING, EXPIRED]


async def test_an_announcement_that_follows_another_in_the_feed_is_sent_at_once() -> None:
    own = await academy()
    made = (await own.endpoint()).webhook.id
    await put(own, [{"expires_at": NOW}])
    await expiry.announce_expiring(NOW + 9 * DAY)
    await expiry.announce_expired(NOW)
    (sent,) = await lease_all(made, NOW)
    assert (json.loads(sent.body)["event"], json.loads(sent.body)["timestamp"]) == (EXPIRED, "2026-06-01T12:00:00Z")


async def test_what_was_told_is_not_told_again_though_its_mark_is_gone() -> None:
    own = await academy()
    ids = await put(own, [{"expires_at": NOW}] * 3)
    await announce(NOW)
    await Certificate.filter(id=ids[0]).update(expiring_noted_at=None, expired_noted_at=None)
    assert await announce(NOW) == (1, 1)
    assert await once([EXPIRING, EXPIRED], ids)


async def test_what_somebody_is_changing_is_passed_over_and_not_forgotten(alone: Database) -> None:
    if not alone.is_postgres:
        return  # one writer at a time
    own = await academy()
    held, revoked, free = await put(own, [{"expires_at": NOW}] * 3)
    async with outside(alone) as execute:
        await execute("BEGIN")
        await execute("SELECT 1 FROM certificate WHERE id = $1 FOR NO KEY UPDATE", held)
        await execute("UPDATE certificate SET revoked_at = $2 WHERE id = $1", revoked, NOW)
        assert await announce(NOW) == (1, 1)
        assert await once([EXPIRING, EXPIRED], [free])
        await execute("COMMIT")
    assert await announce(NOW) == (1, 1)
    assert await once([EXPIRING, EXPIRED], [free, held])


async def test_revoked_and_announced_at_once_mark_and_event_agree() -> None:
    own = await academy(months=12)
    codes = [(await own.issue(ISSUED + number * TICK)).code for number in range(30)]
    revoking = (certificates.revoke(own.caller, code, None, NOW) for code in codes[::2])
    await at_once(announce(NOW), *revoking, announce(NOW))
    assert await Certificate.filter(revoked_at__isnull=False).count() == 15
    seen = await told()
    for row in await Certificate.all():
        marks = {EXPIRING: row.expiring_noted_at, EXPIRED: row.expired_noted_at}
        assert {kind: seen[kind, row.id] for kind in marks} == {kind: int(bool(mark)) for kind, mark in marks.items()}
        assert row.revoked_at or all(marks.values())
