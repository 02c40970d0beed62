"""The queue of deliveries: each is one worker's alone for a while, and everybody's again when he is gone."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from models import Delivery, Event, Webhook
from models.database import fetch
from services import delivery_queue, webhooks
from services.callers import Caller
from services.delivery_queue import LEASE, Due, Leased
from tests.databases import Database
from tests.services.inside import DAY, NOW, Academy, academy, at_once, attempt, elsewhere, lease_all, outside, waiting

pytestmark = pytest.mark.usefixtures("alone")

MOMENT = timedelta(microseconds=1)


async def queue(number: int, *, own: Academy | None = None) -> UUID:
    """An endpoint with so many deliveries, due a second apart."""
    own = own or await academy()
    made = (await own.endpoint()).webhook.id
    moments = [NOW + timedelta(seconds=each) for each in range(number)]
    told = [
        Event(id=uuid4(), organization_id=own.id, kind="certificate.issued", body=b"{}", created_at=moment)
        for moment in moments
    ]
    await Event.bulk_create(told, batch_size=1000)
    rows = [
        Delivery(id=uuid4(), webhook_id=made, event_id=event.id, status="pending", due_at=moment, created_at=moment)
        for event, moment in zip(told, moments, strict=True)
    ]
    await Delivery.bulk_create(rows, batch_size=1000)
    return made


async def drain(webhook_id: UUID, most: int, now: datetime) -> list[UUID]:
    """What a worker gets who leases again and again until nothing is left."""
    got: list[UUID] = []
    while leased := await lease_all(webhook_id, now, most):
        got += [one.id for one in leased]
    return got


async def test_a_lease_tells_all_that_is_needed_to_send() -> None:
    own = await academy()
    made = await own.endpoint(url="https://example.com/here")
    await own.issue()
    (event,) = await own.feed()
    (leased,) = await lease_all(made.webhook.id)
    row = await Delivery.get(id=leased.id)
    assert (leased.webhook_id, leased.url) == (made.webhook.id, "https://example.com/here")
    assert (leased.event_id, leased.body, leased.secrets) == (event.id, event.body, (made.secret,))
    assert (leased.tries, leased.lease) == (0, row.lease)
    assert (row.status, row.due_at, row.attempts) == ("pending", NOW + LEASE, 0)


async def test_a_lease_takes_what_has_waited_longest_and_no_more_than_asked() -> None:
    made = await queue(10)
    late = NOW + DAY
    first, second = await lease_all(made, late, 3), await lease_all(made, late, 3)
    ordered = await Delivery.filter(webhook_id=made).order_by("created_at").values_list("id", flat=True)
    assert [one.id for one in first] == ordered[:3]
    assert [one.id for one in second] == ordered[3:6]
    assert len({one.lease for one in first}) == 1
    assert await lease_all(made, late, 0) == []
    assert await lease_all(uuid4(), late) == []


async def test_only_what_is_due_is_leased() -> None:
    made = await queue(3)
    assert await lease_all(made, NOW - MOMENT) == []
    assert len(await lease_all(made, NOW + timedelta(seconds=1))) == 2
    assert len(await lease_all(made, NOW + timedelta(seconds=2) - MOMENT)) == 0
    assert len(await lease_all(made, NOW + timedelta(seconds=2))) == 1


@pytest.mark.parametrize("number", [500, 3000])
async def test_a_bound_holds_in_a_table_that_the_database_knows_nothing_of(number: int) -> None:
    """PostgreSQL plans by what it has counted: nothing at all, right after many rows came."""
    made = await queue(number)
    assert len(await lease_all(made, NOW + DAY, 7)) == 7
    assert await Delivery.filter(lease__isnull=False).count() == 7


async def test_workers_at_once_never_lease_the_same() -> None:
    made = await queue(300)
    got = await at_once(*(drain(made, most, NOW + DAY) for most in (1, 2, 3, 5, 7, 11, 13, 17) * 2))
    taken = Counter(one for each in got for one in each)
    assert len(taken) == 300
    assert set(taken.values()) == {1}


async def drain_elsewhere(webhook_id: str, most: str) -> list[str]:
    return [str(one) for one in await drain(UUID(webhook_id), int(most), NOW + DAY)]


async def test_processes_at_once_never_lease_the_same(alone: Database) -> None:
    made = await queue(200)
    got = await at_once(
        *(elsewhere(alone, drain_elsewhere, made, most) for most in (1, 2, 5)), drain(made, 3, NOW + DAY)
    )
    taken = Counter(str(one) for each in got for one in each)
    assert len(taken) == 200
    assert set(taken.values()) == {1}


async def test_when_a_lease_ends_without_a_word_it_is_due_again() -> None:
    made = await queue(1)
    (first,) = await lease_all(made)
    assert await lease_all(made, NOW + LEASE - MOMENT) == []
    assert await waiting(NOW + LEASE - MOMENT) == []
    assert await waiting(NOW + LEASE) == [made]
    (second,) = await lease_all(made, NOW + LEASE)
    assert (second.id, second.tries) == (first.id, 0)
    assert second.lease != first.lease


async def test_what_was_not_sent_is_given_back_and_due_at_once() -> None:
    made = await queue(3)
    late = NOW + DAY
    leased = await lease_all(made, late)
    await delivery_queue.release(leased[:2], late)
    again = await lease_all(made, late)
    assert {one.id for one in again} == {one.id for one in leased[:2]}
    assert [one.tries for one in again] == [0, 0]


async def test_a_lease_that_has_passed_to_another_is_not_given_back() -> None:
    made = await queue(1)
    stale = await lease_all(made)
    (present,) = await lease_all(made, NOW + LEASE)
    await delivery_queue.release(stale, NOW + LEASE)
    assert await lease_all(made, NOW + LEASE) == []
    assert (await Delivery.get(id=present.id)).lease == present.lease


async def test_what_was_settled_is_not_given_back() -> None:
    made = await queue(1)
    leased = await lease_all(made)
    await delivery_queue.settle([(leased[0], attempt(200))], [], lambda: 0, NOW)
    await delivery_queue.release(leased, NOW)
    assert await lease_all(made, NOW + DAY) == []


async def test_a_clock_that_jumped_back_holds_nothing_longer_than_its_due_date() -> None:
    made = await queue(1)
    await lease_all(made, NOW + DAY)
    assert await lease_all(made, NOW) == []
    assert len(await lease_all(made, NOW + DAY + LEASE)) == 1


async def shifted(number: int, by: timedelta) -> UUID:
    """An endpoint of an academy of its own whose deliveries are due later by so much."""
    made = await queue(number)
    await Delivery.filter(webhook_id=made, due_at=NOW).update(due_at=NOW + by)
    return made


async def test_endpoints_come_by_who_has_waited_longest() -> None:
    late, early, middle = [await shifted(1, timedelta(seconds=seconds)) for seconds in (30, 10, 20)]
    now = NOW + DAY
    assert await waiting(now) == [early, middle, late]
    assert await waiting(now, most=2) == [early, middle]
    assert await waiting(now, busy={early}, most=1) == [middle]
    assert await waiting(now, [early, middle, late]) == []
    assert await waiting(NOW + timedelta(seconds=20)) == [early, middle]
    assert await waiting(NOW) == []


async def test_with_an_endpoint_it_is_told_whose_it_is() -> None:
    own = await academy()
    made = await queue(1, own=own)
    assert await delivery_queue.due_webhooks(NOW) == [Due(made, own.id)]


async def test_a_long_queue_of_one_hides_nobody() -> None:
    """Nor does the lease of its first one, nor those of an endpoint that is switched off."""
    long, off, short = await queue(500), await queue(500), await shifted(1, 300 * MOMENT)
    organization_id = (await Webhook.get(id=off)).organization_id
    await webhooks.disable(Caller(organization_id), off, NOW)
    await lease_all(long, NOW, 1)
    assert await waiting(NOW + timedelta(seconds=1)) == [short, long]
    assert await waiting(NOW + timedelta(seconds=1), busy=[long]) == [short]
    assert await delivery_queue.oldest_due(NOW + timedelta(seconds=1)) == NOW + 300 * MOMENT


async def test_the_oldest_due_is_what_has_waited_longest_of_what_can_be_sent() -> None:
    assert await delivery_queue.oldest_due(NOW + DAY) is None
    first, second = await queue(2), await shifted(2, timedelta(minutes=1))
    assert await delivery_queue.oldest_due(NOW + DAY) == NOW
    assert await delivery_queue.oldest_due(NOW - MOMENT) is None
    await lease_all(first, NOW, 1)
    assert await delivery_queue.oldest_due(NOW + timedelta(seconds=2)) == NOW + timedelta(seconds=1)
    await webhooks.disable(Caller((await Webhook.get(id=first)).organization_id), first, NOW)
    assert await delivery_queue.oldest_due(NOW + DAY) == NOW + timedelta(seconds=1)  # the second's own
    await webhooks.delete(Caller((await Webhook.get(id=second)).organization_id), second, NOW)
    assert await delivery_queue.oldest_due(NOW + DAY) is None


async def settle_all(webhook_id: UUID, dice: random.Random, now: datetime) -> list[UUID]:
    """A worker that sends, and now and then dies in between, gives back or fails."""
    arrived: list[UUID] = []
    while leased := await lease_all(webhook_id, now, dice.randint(1, 9)):
        outcome = dice.choice(["arrives", "arrives", "arrives", "fails", "is given back", "dies"])
        if outcome == "is given back":
            await delivery_queue.release(leased, now)
        elif outcome != "dies":
            status = 200 if outcome == "arrives" else 500
            done = [(one, attempt(status, now)) for one in leased]
            await delivery_queue.settle(done, [timedelta(hours=1)] * 50, dice.random, now)
            arrived += [one.id for one in leased if status == 200]
        await asyncio.sleep(0)
    return arrived


async def test_with_workers_that_fail_and_die_each_arrives_once_at_last() -> None:
    made = await queue(80)
    arrived: list[UUID] = []
    now = NOW + DAY
    while await Delivery.exists(status="pending"):
        dice = [random.Random(f"{now} {number}") for number in range(6)]  # noqa: S311  # the same each time
        got = await at_once(*(settle_all(made, each, now) for each in dice))
        arrived += [one for each in got for one in each]
        now += timedelta(hours=2)
        assert now < NOW + 30 * DAY
    assert len(arrived) == len(set(arrived)) == 80
    assert (
        await fetch("SELECT 1 FROM delivery WHERE status <> 'delivered' OR lease IS NOT NULL OR due_at IS NOT NULL")
        == []
    )


async def test_a_row_that_somebody_else_holds_is_passed_over(alone: Database) -> None:
    if not alone.is_postgres:
        return
    made = await queue(3)
    (held, *rest) = await Delivery.filter(webhook_id=made).order_by("due_at").values_list("id", flat=True)
    async with outside(alone) as execute:
        await execute("BEGIN")
        await execute("SELECT 1 FROM delivery WHERE id = $1 FOR UPDATE", held)
        assert ids(await lease_all(made, NOW + DAY)) == rest
        await execute("ROLLBACK")
    assert ids(await lease_all(made, NOW + DAY)) == [held]


def ids(leased: Sequence[Leased]) -> list[UUID]:
    return [one.id for one in leased]
