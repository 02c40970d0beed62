"""What comes of an attempt is written down whole: the delivery, its attempts, and whether the endpoint still answers."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from models import Delivery, DeliveryAttempt, Mail, Webhook
from rules.deliveries import FAILING_FOR, Attempt
from rules.errors import Refused
from services import deliveries, delivery_queue, webhooks
from services.deliveries import Delivery as Card
from services.delivery_queue import LEASE, Disabled, Leased
from tests.databases import Database
from tests.services.inside import (
    DAY,
    NOW,
    Academy,
    academy,
    at_once,
    attempt,
    count,
    counts,
    failing,
    lease_all,
    outside,
    somebody_waits,
    waiting_before,
)

pytestmark = pytest.mark.usefixtures("alone")

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SCHEDULE = [MINUTE, HOUR]


async def settle(
    leased: Sequence[Leased], made: Attempt | int | None, now: datetime = NOW, chance: float = 0
) -> list[Disabled]:
    """The same came of all of them."""
    what = made if isinstance(made, Attempt) else attempt(made, now)
    return await delivery_queue.settle([(one, what) for one in leased], SCHEDULE, lambda: chance, now)


async def sent(number: int = 1) -> tuple[Academy, UUID, list[Leased]]:
    """An endpoint whose deliveries somebody is sending."""
    own = await academy()
    made = (await own.endpoint()).webhook.id
    for _ in range(number):
        await own.issue()
    return own, made, await lease_all(made)


async def card(own: Academy, leased: Leased) -> Card:
    return await deliveries.read(own.id, leased.webhook_id, leased.id)


@pytest.mark.parametrize("status", [200, 204, 299])
async def test_what_arrived_is_done(status: int) -> None:
    own, made, leased = await sent()
    assert await settle(leased, status) == []
    done = await card(own, leased[0])
    assert (done.status, done.finished_at, done.next_attempt_at) == ("delivered", NOW, None)
    assert [(one.number, one.status, one.duration_ms, one.started_at) for one in done.attempts] == [
        (1, status, 12, NOW)
    ]
    assert await lease_all(made, NOW + 30 * DAY) == []


@pytest.mark.parametrize("status", [None, 100, 199, 301, 404, 429, 500])
async def test_what_did_not_arrive_is_due_again_by_the_schedule_and_given_up_at_its_end(status: int | None) -> None:
    own, made, leased = await sent()
    await settle(leased, status)
    waiting = await card(own, leased[0])
    assert (waiting.status, waiting.next_attempt_at, waiting.finished_at) == ("pending", NOW + MINUTE, None)
    second = await lease_all(made, NOW + MINUTE)
    assert [one.tries for one in second] == [1]
    await settle(second, status, NOW + MINUTE)
    third = await lease_all(made, NOW + MINUTE + HOUR)
    assert [one.tries for one in third] == [2]
    await settle(third, status, NOW + DAY)
    given_up = await card(own, leased[0])
    assert (given_up.status, given_up.next_attempt_at, given_up.finished_at) == ("failed", None, NOW + DAY)
    assert [one.number for one in given_up.attempts] == [1, 2, 3]
    assert {(one.status, one.answer) for one in given_up.attempts} == {(status, "Some answer")}
    assert await lease_all(made, NOW + 30 * DAY) == []


async def test_no_two_are_due_again_together() -> None:
    own, _, leased = await sent(3)
    chances = iter([0.0, 0.5, 0.99])
    done = [(one, attempt(500)) for one in leased]
    await delivery_queue.settle(done, SCHEDULE, lambda: next(chances), NOW)
    due = [(await card(own, one)).next_attempt_at for one in leased]
    assert len(set(due)) == 3
    assert all(NOW + MINUTE <= one < NOW + MINUTE * 1.2 for one in due if one)


@pytest.mark.parametrize(
    ("asked", "pause"), [("90", timedelta(seconds=90)), ("3600", 2 * MINUTE), ("1", MINUTE), ("soon", MINUTE)]
)
async def test_a_receiver_may_ask_for_more_time_up_to_twice_the_pause(asked: str, pause: timedelta) -> None:
    own, _, leased = await sent()
    await settle(leased, attempt(429, retry_after=asked))
    assert (await card(own, leased[0])).next_attempt_at == NOW + pause


async def test_what_comes_of_a_stale_lease_changes_nothing_but_is_written_down() -> None:
    own, made, stale = await sent()
    (present,) = await lease_all(made, NOW + LEASE)
    await settle(stale, 500, NOW + LEASE)
    row = await Delivery.get(id=present.id)
    assert (row.lease, row.tries, row.due_at) == (present.lease, 0, NOW + 2 * LEASE)
    await settle([present], 200, NOW + LEASE)
    await settle(stale, 500, NOW + LEASE)
    done = await card(own, present)
    assert (done.status, done.next_attempt_at) == ("delivered", None)
    assert [(one.number, one.status) for one in done.attempts] == [(1, 500), (2, 200), (3, 500)]


async def test_what_arrived_by_a_stale_lease_has_arrived() -> None:
    own, made, stale = await sent()
    (present,) = await lease_all(made, NOW + LEASE)
    await settle(stale, 200, NOW + LEASE)
    assert (await card(own, present)).status == "delivered"
    assert await lease_all(made, NOW + DAY) == []
    await settle([present], 500, NOW + LEASE)
    done = await card(own, present)
    assert (done.status, done.finished_at, len(done.attempts)) == ("delivered", NOW + LEASE, 2)


async def test_what_arrived_after_it_was_given_up_has_arrived() -> None:
    own, made, stale = await sent()
    present = await lease_all(made, NOW + LEASE)
    await delivery_queue.settle([(present[0], attempt(500))], [], lambda: 0, NOW + LEASE)
    assert (await card(own, present[0])).status == "failed"
    await settle(stale, 200, NOW + HOUR)
    done = await card(own, present[0])
    assert (done.status, done.finished_at) == ("delivered", NOW + HOUR)


async def test_attempts_of_several_workers_are_numbered_in_turn() -> None:
    own, made, leased = await sent()
    for number in range(1, 8):
        leased += await lease_all(made, NOW + number * LEASE)
    assert len(leased) == 8
    await at_once(*(settle([one], 500) for one in leased))
    assert [one.number for one in (await card(own, leased[0])).attempts] == [*range(1, 9)]


async def test_settled_together_or_not_at_all() -> None:
    _, made, leased = await sent(3)
    before = await Delivery.filter(webhook_id=made).order_by("id").values()
    async with failing("delivery_attempt"):
        with pytest.raises(Exception, match="refused"):
            await settle(leased, 200)
    assert await Delivery.filter(webhook_id=made).order_by("id").values() == before
    await settle(leased, 200)
    assert await Delivery.filter(status="delivered").count() == 3


@pytest.mark.parametrize("word", ["x" * 5000, "Zoë\U0001f393\u2028"])
async def test_what_a_receiver_said_is_kept_within_bounds(word: str) -> None:
    own, _, leased = await sent()
    await settle(leased, Attempt(NOW, 12, 500, word, word[:1024], None))
    (kept,) = (await card(own, leased[0])).attempts
    assert (kept.error, kept.answer) == (word[:300], word[:1024])


async def state(webhook_id: UUID) -> tuple[str | None, datetime | None]:
    row = await Webhook.get(id=webhook_id)
    return row.disabled_reason, row.failing_since


async def test_gone_for_good_disables_and_tells_the_academy_once() -> None:
    own, made, leased = await sent(3)
    assert await settle(leased[:2], 410) == [Disabled(made, "gone")]
    assert await settle(leased[2:], 410) == []
    disabled = await webhooks.read(own.id, made)
    assert (disabled.enabled, disabled.disabled_reason, disabled.disabled_at) == (False, "gone", NOW)
    (mail,) = await Mail.all()
    assert (mail.kind, mail.organization_id, mail.certificate_id) == ("webhook_disabled", own.id, None)
    assert mail.recipient == "office@example.com"
    assert json.loads(mail.facts) == {"url": "https://example.com/hooks", "reason": "gone"}
    await webhooks.enable(own.caller, made, NOW + DAY)
    assert len(await lease_all(made, NOW + DAY)) == 3


async def test_five_days_of_nothing_but_failure_disable() -> None:
    own, made, leased = await sent()
    assert await settle(leased, attempt(500, NOW - MINUTE)) == []
    assert await state(made) == (None, NOW - MINUTE)
    leased = await lease_all(made, NOW + DAY)
    assert await settle(leased, 503, NOW - MINUTE + FAILING_FOR - timedelta(microseconds=1)) == []
    await own.issue(NOW + DAY)
    leased = await lease_all(made, NOW + 4 * DAY, 1)
    assert await settle(leased, None, NOW - MINUTE + FAILING_FOR) == [Disabled(made, "failing")]
    assert await Mail.filter(kind="webhook_disabled").count() == 1


async def test_a_silence_in_which_nothing_was_sent_is_no_failure() -> None:
    own, made, leased = await sent()
    await delivery_queue.settle([(leased[0], attempt(500))], [], lambda: 0, NOW)
    await own.issue(NOW + 30 * DAY)
    leased = await lease_all(made, NOW + 30 * DAY)
    assert await settle(leased, 500, NOW + 30 * DAY) == []
    assert await state(made) == (None, NOW + 30 * DAY)


async def test_one_success_and_it_fails_no_longer() -> None:
    _, made, leased = await sent(4)
    await settle(leased[:1], 500)
    await settle(leased[1:2], 500, NOW + DAY)
    assert await state(made) == (None, NOW)
    done = [(leased[2], attempt(500, NOW + 6 * DAY)), (leased[3], attempt(200, NOW + 6 * DAY))]
    assert await delivery_queue.settle(done, SCHEDULE, lambda: 0, NOW + 6 * DAY) == []
    assert await state(made) == (None, None)


async def test_what_an_address_said_is_not_held_against_the_next_one() -> None:
    own, made, leased = await sent(3)
    await webhooks.update(own.caller, made, {"url": "https://example.com/other"}, NOW)
    assert await settle(leased[:1], 410) == []
    assert await settle(leased[1:], 500) == []
    assert await state(made) == (None, None)
    assert (await card(own, leased[0])).status == "pending"
    again = await lease_all(made, NOW + DAY)
    assert {one.url for one in again} == {"https://example.com/other"}


async def test_several_endpoints_are_settled_and_judged_each_by_itself() -> None:
    own = await academy()
    good, bad, gone = [(await own.endpoint()).webhook.id for _ in range(3)]
    await own.several(4)
    leased = {made: await lease_all(made, NOW + DAY) for made in (good, bad, gone)}
    status = {good: 200, bad: 500, gone: 410}
    done = [(one, attempt(status[made])) for made, each in leased.items() for one in each]
    assert await delivery_queue.settle(done, SCHEDULE, lambda: 0, NOW) == [Disabled(gone, "gone")]
    assert [await state(made) for made in (good, bad, gone)] == [(None, None), (None, NOW), ("gone", None)]
    assert await counts("delivery_attempt", "mail") == {"delivery_attempt": 12, "mail": 1}


async def test_workers_at_once_settle_the_same_endpoints_and_lose_nothing() -> None:
    own = await academy()
    ends = [(await own.endpoint()).webhook.id for _ in range(4)]
    await own.several(10)
    leased = [one for made in ends for one in await lease_all(made, NOW + DAY)]
    piles = [leased[number::8] + leased[(number + 1) % 8 :: 8] for number in range(8)]  # each is settled by two
    disabled = await at_once(*(settle(pile[:: -1 if number % 2 else 1], 500) for number, pile in enumerate(piles)))
    assert [one for each in disabled for one in each] == []
    assert await DeliveryAttempt.all().count() == 80
    assert set(await Delivery.all().values_list("tries", "attempts", "status")) == {(1, 2, "pending")}


async def test_of_workers_at_once_that_hear_of_the_end_one_tells_the_academy() -> None:
    _, made, leased = await sent(8)
    disabled = await at_once(*(settle([one], 410) for one in leased))
    assert [one for each in disabled for one in each] == [Disabled(made, "gone")]
    assert await Mail.all().count() == 1


async def test_what_comes_of_a_deleted_endpoint_is_no_trouble() -> None:
    own, made, leased = await sent(3)
    await webhooks.delete(own.caller, made, NOW)
    assert await settle(leased[:1], 410) == []
    while await delivery_queue.clear_away():
        pass
    assert await settle(leased[1:2], 500) == []
    assert await settle(leased[2:], 200) == []
    await delivery_queue.release(leased, NOW)
    assert await counts("delivery", "delivery_attempt", "mail") == {"delivery": 0, "delivery_attempt": 0, "mail": 0}


async def test_settling_redelivering_and_clearing_away_at_once_wait_in_no_circle() -> None:
    own = await academy()

    async def clear() -> None:
        while await count("webhook"):
            await delivery_queue.clear_away(30)

    async def redeliver(made: UUID) -> None:
        wanted = deliveries.Range(NOW - DAY, None, "all")
        with suppress(Refused):
            await deliveries.redeliver_range(own.caller, made, wanted, NOW + DAY)

    for _ in range(3):
        made = (await own.endpoint()).webhook.id
        await own.several(60)
        leased = sorted(await lease_all(made, NOW + DAY), key=lambda one: one.event_id)
        settling = (settle(leased[number::3], 200, NOW + DAY) for number in range(3))
        await at_once(
            redeliver(made), *settling, webhooks.delete(own.caller, made, NOW), clear(), redeliver(made), clear()
        )
    assert await counts("delivery", "webhook") == {"delivery": 0, "webhook": 0}


@pytest.mark.parametrize("order", [1, -1])
async def test_whoever_clears_away_waits_until_it_is_settled(alone: Database, order: int) -> None:
    """Both take the endpoint first: else each might hold a delivery that the other waits for."""
    if not alone.is_postgres:
        return  # one writer waits for no other in a circle
    own, made, leased = await sent(2)
    await webhooks.delete(own.caller, made, NOW)
    first, second = sorted((one.id for one in leased), reverse=order < 0)
    async with outside(alone) as execute:
        await execute("BEGIN")
        await execute("SELECT 1 FROM webhook WHERE id = $1 FOR KEY SHARE", made)
        await execute("UPDATE delivery SET tries = 1 WHERE id = $1", first)
        clearing = asyncio.create_task(delivery_queue.clear_away())
        await somebody_waits(clearing)
        await execute("UPDATE delivery SET tries = 1 WHERE id = $1", second)
        await execute("COMMIT")
        assert await clearing == 2
    assert await count("delivery") == 0


async def test_whoever_clears_away_waits_until_the_endpoint_is_judged(alone: Database) -> None:
    """Whoever settles changes the endpoint's row at last, and keeps it from the beginning."""
    if not alone.is_postgres:
        return
    own, made, leased = await sent(2)
    async with outside(alone) as execute, waiting_before(execute, "delivery", "UPDATE") as go_on:
        settling = asyncio.create_task(settle(leased, 500))
        await somebody_waits(settling)
        await webhooks.delete(own.caller, made, NOW)
        clearing = asyncio.create_task(delivery_queue.clear_away())
        await somebody_waits(settling, clearing, number=2)
        await go_on()
        assert await settling == []
        assert await clearing == 2
