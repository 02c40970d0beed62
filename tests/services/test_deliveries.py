"""Deliveries as their owner sees them: every one with all its attempts, page by page, and the same once more."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from models import Delivery, Event
from rules.deliveries import DeliveryStatus
from rules.errors import Refused
from services import deliveries, delivery_queue, webhooks
from services.deliveries import AT_ONCE, LISTED, LOOKED_THROUGH, Range, Sought
from services.delivery_queue import KEPT, LEASE
from tests.databases import Database
from tests.services.inside import (
    DAY,
    NOW,
    Academy,
    academy,
    at_once,
    attempt,
    count,
    lease_all,
    outside,
    somebody_waits,
)

pytestmark = pytest.mark.usefixtures("alone")

HOUR = timedelta(hours=1)
EVER = Range(NOW - 99 * DAY, None, "all")


async def settle(made: UUID, status: int, number: int = 1000, schedule: Sequence[timedelta] = ()) -> list[UUID]:
    """So many are sent to an endpoint, and this comes of them."""
    leased = await lease_all(made, NOW + DAY, number)
    done = [(one, attempt(status, NOW + DAY)) for one in leased]
    await delivery_queue.settle(done, schedule, lambda: 0, NOW + DAY)
    return [one.id for one in leased]


async def walked(own: Academy, made: UUID, status: DeliveryStatus | None, limit: int) -> list[UUID]:
    """The ids on every page."""
    found: list[deliveries.Delivery] = []
    while True:
        before = (found[-1].created_at, found[-1].id) if found else None
        page = await deliveries.page(own.id, made, Sought(status, before, limit))
        assert len(page.items) == limit or not page.has_more
        found += page.items
        if not page.has_more:
            return [one.id for one in found]


async def sent_again(own: Academy, made: UUID, wanted: Range) -> int:
    return (await deliveries.redeliver_range(own.caller, made, wanted, NOW + 2 * DAY)).queued


async def test_a_delivery_shows_all_that_became_of_it() -> None:
    own = await academy()
    made = (await own.endpoint()).webhook.id
    await own.issue()
    (event,) = await own.feed()
    (new,) = (await deliveries.page(own.id, made, Sought(None, None, 50))).items
    assert (new.webhook_id, new.event_id, new.kind) == (made, event.id, "certificate.issued")
    assert (new.status, new.attempts, new.finished_at) == ("pending", (), None)
    assert (new.created_at, new.next_attempt_at) == (NOW, NOW)
    (leased,) = await lease_all(made)
    assert (await deliveries.read(own.id, made, new.id)).next_attempt_at is None  # somebody is sending it
    await delivery_queue.settle([(leased, attempt(500))], [HOUR], lambda: 0, NOW)
    seen = await deliveries.read(own.id, made, new.id)
    assert seen.next_attempt_at == NOW + HOUR
    (first,) = seen.attempts
    assert (first.number, first.started_at, first.duration_ms, first.status) == (1, NOW, 12, 500)
    assert (first.error, first.answer) == ("It answered 500.", "Some answer")


@pytest.mark.parametrize("limit", [1, 3, 50])
async def test_pages_hold_each_delivery_once_newest_first_also_those_of_one_instant(limit: int) -> None:
    own = await academy()
    made, other = (await own.endpoint()).webhook.id, (await own.endpoint()).webhook.id
    for seconds in (0, 0, 0, 1, 1, 2, 2, 2, 2, 3):
        await own.issue(NOW + timedelta(seconds=seconds))
    rows = await Delivery.filter(webhook_id=made).values_list("created_at", "id")
    expected = [identity for _, identity in sorted(rows, reverse=True)]
    assert len(expected) == 10
    assert await walked(own, made, None, limit) == expected
    done = set(await settle(made, 200, 4))
    assert await walked(own, made, "delivered", limit) == [one for one in expected if one in done]
    assert await walked(own, made, "pending", limit) == [one for one in expected if one not in done]
    assert await walked(own, made, "failed", limit) == []
    assert len(await walked(own, other, "pending", limit)) == 10


async def test_nobody_sees_or_repeats_the_deliveries_of_another() -> None:
    own, rival = await academy(), await academy()
    made, second = (await own.endpoint()).webhook.id, (await own.endpoint()).webhook.id
    await own.issue()
    theirs = (await rival.endpoint()).webhook.id
    (delivery,) = await walked(own, made, None, 50)
    for asked in (
        deliveries.page(rival.id, made, Sought(None, None, 50)),
        deliveries.read(rival.id, made, delivery),
        deliveries.read(rival.id, theirs, delivery),
        deliveries.read(own.id, second, delivery),
        deliveries.read(own.id, made, uuid4()),
        deliveries.redeliver(rival.caller, made, delivery, NOW),
        deliveries.redeliver(rival.caller, theirs, delivery, NOW),
        deliveries.redeliver_range(rival.caller, made, EVER, NOW),
    ):
        with pytest.raises(Refused) as fault:
            await asked
        assert fault.value.code == "not_found"
    assert await sent_again(rival, theirs, EVER) == 0
    assert await count("delivery") == 2


@pytest.mark.parametrize("status", [200, 500])
async def test_what_is_over_is_sent_once_more_on_a_schedule_of_its_own(status: int) -> None:
    own = await academy()
    made = (await own.endpoint()).webhook.id
    await own.issue()
    (delivery,) = await settle(made, status)
    again = await deliveries.redeliver(own.caller, made, delivery, NOW + 2 * DAY)
    assert (again.id, again.status, again.next_attempt_at) == (delivery, "pending", NOW + 2 * DAY)
    assert (again.finished_at, len(again.attempts)) == (None, 1)
    (leased,) = await lease_all(made, NOW + 2 * DAY)
    assert leased.tries == 0
    await delivery_queue.settle([(leased, attempt(200, NOW + 2 * DAY))], [], lambda: 0, NOW + 2 * DAY)
    done = await deliveries.read(own.id, made, delivery)
    assert [(one.number, one.status) for one in done.attempts] == [(1, status), (2, 200)]


async def test_what_waits_for_its_next_attempt_is_sent_at_once() -> None:
    own = await academy()
    made = (await own.endpoint()).webhook.id
    await own.issue()
    (delivery,) = await settle(made, 500, schedule=[99 * DAY])
    await deliveries.redeliver(own.caller, made, delivery, NOW + 2 * DAY)
    (leased,) = await lease_all(made, NOW + 2 * DAY)
    assert leased.tries == 0


async def test_what_somebody_is_sending_is_left_to_him_while_his_lease_lasts() -> None:
    own = await academy()
    made = (await own.endpoint()).webhook.id
    await own.issue()
    (leased,) = await lease_all(made)
    assert (await deliveries.redeliver(own.caller, made, leased.id, NOW)).next_attempt_at is None
    assert await lease_all(made) == []
    assert (await deliveries.redeliver(own.caller, made, leased.id, NOW + LEASE)).next_attempt_at == NOW + LEASE
    (second,) = await lease_all(made, NOW + LEASE)
    await delivery_queue.settle([(leased, attempt(500))], [], lambda: 0, NOW + LEASE)
    assert (await Delivery.get(id=second.id)).lease == second.lease


async def test_to_a_disabled_endpoint_nothing_is_sent_again() -> None:
    own = await academy()
    made = (await own.endpoint()).webhook.id
    await own.issue()
    (delivery,) = await settle(made, 500)
    await webhooks.disable(own.caller, made, NOW)
    for asked in (
        deliveries.redeliver(own.caller, made, delivery, NOW),
        deliveries.redeliver_range(own.caller, made, EVER, NOW),
    ):
        with pytest.raises(Refused) as fault:
            await asked
        assert fault.value.code == "conflict"
    assert (await deliveries.read(own.id, made, delivery)).status == "failed"


async def test_missed_is_what_failed_or_was_never_sent() -> None:
    own = await academy()
    early = (await own.endpoint()).webhook.id
    await own.several(6)
    made = (await own.endpoint()).webhook.id
    assert await sent_again(own, made, Range(NOW, None, "missed")) == 6
    assert await sent_again(own, made, Range(NOW, None, "missed")) == 6  # they have not arrived, and are sent at once
    failed = await settle(early, 500, 2)
    await settle(early, 200, 2)
    await lease_all(early, NOW + DAY, 1)
    assert await sent_again(own, early, Range(NOW, None, "missed")) == 4
    assert {one.id for one in await lease_all(early, NOW + 2 * DAY, 1000)} >= set(failed)
    assert await count("delivery") == 12


async def test_what_is_being_sent_when_it_is_asked_for_fails_on_a_schedule_that_begins_anew() -> None:
    own = await academy()
    made = (await own.endpoint()).webhook.id
    await own.issue()
    (delivery,) = await settle(made, 500, schedule=[HOUR])
    (leased,) = await lease_all(made, NOW + 2 * DAY)
    assert leased.tries == 1
    await deliveries.redeliver(own.caller, made, delivery, NOW + 2 * DAY)
    await delivery_queue.settle([(leased, attempt(500))], [HOUR], lambda: 0, NOW + 2 * DAY)
    still = await deliveries.read(own.id, made, delivery)
    assert (still.status, still.next_attempt_at) == ("pending", NOW + 2 * DAY + HOUR)
    assert [one.tries for one in await lease_all(made, NOW + 3 * DAY)] == [1]


async def test_a_list_shows_the_latest_attempts_and_one_delivery_all_that_are_kept() -> None:
    own = await academy()
    made = (await own.endpoint()).webhook.id
    await own.issue()
    for _ in range(KEPT + 5):
        (delivery,) = await settle(made, 500)
        await deliveries.redeliver(own.caller, made, delivery, NOW + DAY)
    (listed,) = (await deliveries.page(own.id, made, Sought(None, None, 50))).items
    assert [one.number for one in listed.attempts] == [*range(KEPT + 5 - LISTED + 1, KEPT + 6)]
    shown = await deliveries.read(own.id, made, listed.id)
    assert [one.number for one in shown.attempts] == [*range(6, KEPT + 6)]
    assert await count("delivery_attempt") == KEPT


async def test_a_disabled_endpoint_has_no_next_attempt() -> None:
    own = await academy()
    made = (await own.endpoint()).webhook.id
    await own.issue()
    await webhooks.disable(own.caller, made, NOW)
    (still,) = (await deliveries.page(own.id, made, Sought(None, None, 50))).items
    assert (still.status, still.next_attempt_at) == ("pending", None)


async def test_a_call_looks_through_so_many_events_at_most() -> None:
    own = await academy()
    moments = await history(own, LOOKED_THROUGH + 10)
    made = (await own.endpoint("certificate.claimed")).webhook.id
    first = await deliveries.redeliver_range(own.caller, made, EVER, NOW)
    assert first == deliveries.Redelivered(0, moments[LOOKED_THROUGH])
    assert first.resume_from is not None
    rest = Range(first.resume_from, None, "all")
    assert await deliveries.redeliver_range(own.caller, made, rest, NOW) == deliveries.Redelivered(0, None)


async def test_all_is_all_that_the_endpoint_takes() -> None:
    own = await academy()
    issued = (await own.endpoint("certificate.issued")).webhook.id
    every = (await own.endpoint()).webhook.id
    certificates = await own.several(3)
    rows = [
        Event(id=uuid4(), organization_id=own.id, kind=kind, certificate_id=one.id, body=b"{}", created_at=NOW)
        for one in certificates
        for kind in ("certificate.claimed", "certificate.expired")
    ]
    rows.append(Event(id=uuid4(), organization_id=own.id, kind="webhook.test", body=b"{}", created_at=NOW))
    await Event.bulk_create(rows)
    await settle(every, 200)
    assert await sent_again(own, issued, EVER) == 3
    assert await sent_again(own, every, EVER) == 9  # a test is nothing that happened
    assert len(await lease_all(every, NOW + 2 * DAY)) == 9
    kinds = {one.kind for one in (await deliveries.page(own.id, issued, Sought(None, None, 50))).items}
    assert kinds == {"certificate.issued"}


@pytest.mark.parametrize(
    ("since", "until", "number"),
    [(0, None, 5), (2, None, 3), (0, 2, 2), (2, 3, 1), (2, 2, 0), (3, 1, 0), (5, None, 0)],
)
async def test_a_range_holds_its_beginning_and_not_its_end(since: int, until: int | None, number: int) -> None:
    own = await academy()
    await own.several(5)
    made = (await own.endpoint()).webhook.id
    end = None if until is None else NOW + timedelta(seconds=until)
    wanted = Range(NOW + timedelta(seconds=since), end, "all")
    assert await sent_again(own, made, wanted) == number == await count("delivery")


async def history(own: Academy, number: int, together: int = 1) -> list[datetime]:
    """So many events, of which always some happened at one instant."""
    moments = [NOW + timedelta(seconds=each // together) for each in range(number)]
    await Event.bulk_create(
        [
            Event(id=uuid4(), organization_id=own.id, kind="certificate.issued", body=b"{}", created_at=moment)
            for moment in moments
        ],
        batch_size=1000,
    )
    return moments


@pytest.mark.parametrize("only", ["missed", "all"])
async def test_more_than_a_thousand_are_sent_again_in_turns(only: str) -> None:
    own = await academy()
    moments = await history(own, 2 * AT_ONCE + 300, together=100)
    made = (await own.endpoint()).webhook.id
    turns, since = [], NOW
    while True:
        asked = Range(since, None, "missed" if only == "missed" else "all")
        turn = await deliveries.redeliver_range(own.caller, made, asked, NOW + DAY)
        turns.append(turn.queued)
        if turn.resume_from is None:
            break
        since = turn.resume_from
        assert since in moments
    assert turns == [AT_ONCE, AT_ONCE, 300]
    assert await Delivery.filter(webhook_id=made, status="pending", due_at=NOW + DAY).count() == len(moments)


async def test_exactly_a_thousand_leave_nothing_to_ask_for() -> None:
    own = await academy()
    await history(own, AT_ONCE)
    made = (await own.endpoint()).webhook.id
    assert await deliveries.redeliver_range(own.caller, made, EVER, NOW) == deliveries.Redelivered(AT_ONCE, None)


async def test_asked_by_several_at_once_each_event_has_one_delivery() -> None:
    own = await academy()
    await history(own, 200)
    made = (await own.endpoint()).webhook.id
    asked = await at_once(*(deliveries.redeliver_range(own.caller, made, EVER, NOW + DAY) for _ in range(6)))
    assert [one.queued for one in asked] == [200] * 6
    assert await count("delivery") == 200


async def test_sent_again_while_workers_settle_nothing_is_lost_or_doubled() -> None:
    own = await academy()
    await history(own, 120)
    made = (await own.endpoint()).webhook.id
    await sent_again(own, made, EVER)

    async def work() -> None:
        while leased := await lease_all(made, NOW + 2 * DAY, 9):
            done = [(one, attempt(200)) for one in leased]
            await delivery_queue.settle(done, [], lambda: 0, NOW + 2 * DAY)

    await at_once(work(), work(), sent_again(own, made, EVER), work(), sent_again(own, made, EVER))
    await work()
    assert set(await Delivery.all().values_list("status", "lease", "due_at")) == {("delivered", None, None)}
    assert await count("delivery") == 120


async def test_an_endpoint_that_is_cleared_away_meanwhile_is_not_found(alone: Database) -> None:
    if not alone.is_postgres:
        return  # one writer at a time
    own = await academy()
    await history(own, 3)
    made = (await own.endpoint()).webhook.id
    async with outside(alone) as execute:
        await execute("BEGIN")
        await execute("DELETE FROM webhook WHERE id = $1", made)
        asking = asyncio.create_task(deliveries.redeliver_range(own.caller, made, EVER, NOW))
        await somebody_waits(asking)
        await execute("COMMIT")
        with pytest.raises(Refused) as fault:
            await asking
    assert fault.value.code == "not_found"


async def test_whoever_sends_again_and_whoever_settles_take_deliveries_in_one_order(alone: Database) -> None:
    if not alone.is_postgres:
        return  # one writer waits for no other in a circle
    own = await academy()
    made = (await own.endpoint()).webhook.id
    await own.several(6)
    first, *rest = sorted(await walked(own, made, None, 50))
    async with outside(alone) as execute:
        await execute("BEGIN")
        await execute("SELECT 1 FROM delivery WHERE id = $1 FOR NO KEY UPDATE", first)
        asking = asyncio.create_task(sent_again(own, made, EVER))
        await somebody_waits(asking)
        for one in rest:
            await execute("SELECT 1 FROM delivery WHERE id = $1 FOR NO KEY UPDATE", one)
        await execute("COMMIT")
        assert await asking == 6
