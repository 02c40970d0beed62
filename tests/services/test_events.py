"""Events: there with the change that they tell of, on their way to whoever takes them, or not there at all."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from models import Certificate, Delivery, Event, Organization
from rules.certificates import Certificate as Issued
from services import certificates, claims, delivery_queue, events, expiry, plans, webhooks
from services.certificate_life import Renewal, renew
from tests.databases import Database
from tests.services.inside import (
    DAY,
    KEYRING,
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
    token,
    waiting,
    waiting_before,
)

pytestmark = pytest.mark.usefixtures("alone")

Change = Callable[[Academy, Issued], Awaitable[object]]
LATER = NOW + 400 * DAY

CHANGES: dict[str, Change] = {
    "issue": lambda own, _: own.issue(notify=True),
    "claim": lambda _, certificate: claims.claim(token(certificate), KEYRING, NOW),
    "revoke": lambda own, certificate: certificates.revoke(own.caller, certificate.code, "Withdrawn", NOW),
    "renew": lambda own, certificate: renew(own.caller, certificate.code, Renewal(None), NOW),
    "expiring": lambda _, __: expiry.announce_expiring(LATER),
    "test": lambda own, _: events.send_test(own.caller, NOW),
}


async def facts(own: Academy) -> tuple[object, ...]:
    """Everything that a change could have touched."""
    rows = await Certificate.filter(organization_id=own.id).order_by("id").values()
    used = (await Organization.get(id=own.id)).certificates_used
    return rows, used, await counts("event", "delivery", "mail", "certificate")


async def limited() -> Academy:
    """An academy with an endpoint, whose plan counts what it issues."""
    own = await academy(months=12)
    await plans.define("counting", 100, None)
    await plans.assign(own.caller, "counting", NOW)
    await own.endpoint()
    return own


@pytest.mark.parametrize("table", ["event", "delivery"])
@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_whose_event_cannot_be_written_has_not_happened(change: str, table: str) -> None:
    own = await limited()
    certificate = await own.issue()
    before = await facts(own)
    async with failing(table):
        with pytest.raises(Exception, match="refused"):
            await CHANGES[change](own, certificate)
    assert await facts(own) == before
    await CHANGES[change](own, certificate)
    assert await facts(own) != before


async def test_nothing_is_told_of_what_could_not_be_issued() -> None:
    own = await limited()
    before = await facts(own)
    async with failing("mail"):
        with pytest.raises(Exception, match="refused"):
            await own.issue(notify=True)
    assert await facts(own) == before


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_that_is_taken_back_takes_its_event_along(change: str) -> None:
    own = await limited()
    certificate = await own.issue()
    before = await facts(own)

    async def change_and_fail() -> None:
        async with in_transaction():
            await CHANGES[change](own, certificate)
            assert await facts(own) != before
            raise TimeoutError

    with pytest.raises(TimeoutError):
        await change_and_fail()
    assert await facts(own) == before


async def test_an_event_tells_what_is_true_and_is_delivered_in_the_same_bytes() -> None:
    own = await academy(months=12)
    made = await own.endpoint()
    certificate = await own.issue()
    await claims.claim(token(certificate), KEYRING, NOW + DAY)
    await certificates.revoke(own.caller, certificate.code, "Withdrawn", NOW + 2 * DAY)
    told = [json.loads(event.body) for event in await own.feed()]
    assert [event["event"] for event in told] == ["certificate.issued", "certificate.claimed", "certificate.revoked"]
    assert [event["timestamp"][:10] for event in told] == ["2026-06-01", "2026-06-02", "2026-06-03"]
    assert {event["data"]["certificate"]["code"] for event in told} == {certificate.code}
    assert told[2]["data"]["certificate"]["revocation_reason"] == "Withdrawn"
    assert told[2]["data"]["certificate"]["revoked_at"] == "2026-06-03T12:00:00Z"
    sent = await lease_all(made.webhook.id, LATER)
    assert {one.event_id: one.body for one in sent} == {event.id: event.body for event in await own.feed()}


async def test_an_event_goes_to_the_enabled_endpoints_of_its_academy_that_take_it() -> None:
    own, rival = await academy(), await academy()
    every, issued = await own.endpoint(), await own.endpoint("certificate.issued", "certificate.revoked")
    claimed, gone, idle = await own.endpoint("certificate.claimed"), await own.endpoint(), await own.endpoint()
    others = await rival.endpoint()
    await webhooks.disable(own.caller, idle.webhook.id, NOW)
    await webhooks.delete(own.caller, gone.webhook.id, NOW)
    certificate = await own.issue()
    takers = await Delivery.filter(event__certificate_id=certificate.id).values_list("webhook_id", flat=True)
    assert set(takers) == {every.webhook.id, issued.webhook.id}
    await claims.claim(token(certificate), KEYRING, NOW)
    assert [one.webhook_id for one in await lease_all(claimed.webhook.id)] == [claimed.webhook.id]
    assert await lease_all(others.webhook.id) == []


async def test_an_endpoint_is_sent_nothing_from_before_it_was_there() -> None:
    own = await academy()
    await own.issue()
    made = await own.endpoint()
    certificate = await own.issue()
    (sent,) = await lease_all(made.webhook.id)
    assert json.loads(sent.body)["data"]["certificate"]["code"] == certificate.code


async def test_many_events_at_once_go_each_to_its_own_academy() -> None:
    several = [await academy(name=f"Academy {number}") for number in range(3)]
    ends = [(await own.endpoint(), await own.endpoint("certificate.claimed"))[0].webhook.id for own in several]
    issued = [await own.issue() for own in several for _ in range(4)]
    before = await counts("event", "delivery")
    async with in_transaction():
        await events.record_all("certificate.expired", issued, NOW)
    assert await counts("event", "delivery") == {"event": before["event"] + 12, "delivery": before["delivery"] + 12}
    for own, end in zip(several, ends, strict=True):
        codes = [json.loads(one.body)["data"]["certificate"]["code"] for one in await lease_all(end)]
        assert sorted(codes) == sorted(one.code for one in issued if one.organization.id == own.id for _ in range(2))


async def test_each_kind_happens_to_a_certificate_once() -> None:
    own = await academy()
    await own.endpoint()
    certificate = await own.issue()
    before = await counts("event", "delivery")

    async def again() -> None:
        async with in_transaction():
            await events.record("certificate.issued", certificate, NOW)

    with pytest.raises(IntegrityError):
        await again()
    assert await counts("event", "delivery") == before
    await events.record("certificate.expiring", certificate, NOW)
    assert await Event.filter(certificate_id=certificate.id).count() == 2


async def test_a_test_reaches_every_enabled_endpoint_whatever_it_takes() -> None:
    own, rival = await academy(name="Acme & <Söhne>"), await academy()
    ends = [await own.endpoint(), await own.endpoint("certificate.claimed"), await own.endpoint()]
    await webhooks.disable(own.caller, ends[2].webhook.id, NOW)
    await rival.endpoint()
    sent = [await events.send_test(own.caller, NOW + number * DAY) for number in range(2)]
    assert [one.endpoints for one in sent] == [2, 2]
    assert [event.id for event in await own.feed(kind="webhook.test")] == [one.id for one in sent]
    for end in ends[:2]:
        leased = await lease_all(end.webhook.id, LATER)
        assert {one.event_id for one in leased} == {one.id for one in sent}
        assert {json.loads(one.body)["event"] for one in leased} == {"webhook.test"}
    assert await counts("certificate", "delivery") == {"certificate": 0, "delivery": 4}


async def test_a_test_without_endpoints_goes_nowhere_and_is_in_the_feed_of_tests_alone() -> None:
    own = await academy()
    sent = await events.send_test(own.caller, NOW)
    assert sent.endpoints == 0
    assert await own.kinds() == []
    assert [event.id for event in await own.feed(kind="webhook.test")] == [sent.id]


async def test_issuing_goes_on_while_endpoints_come_and_go() -> None:
    own = await academy()
    kept = await own.endpoint()

    async def come_and_go() -> None:
        for _ in range(6):
            made = await own.endpoint()
            await asyncio.sleep(0)
            await webhooks.delete(own.caller, made.webhook.id, NOW)
            while await delivery_queue.clear_away():
                pass

    async def issue() -> int:
        return len([await own.issue() for _ in range(8)])

    done = await at_once(issue(), issue(), come_and_go(), issue(), come_and_go(), issue())
    while await delivery_queue.clear_away():
        pass
    assert sum(number or 0 for number in done) == 32
    assert len(await lease_all(kept.webhook.id)) == 32
    assert await counts("webhook", "delivery", "event") == {"webhook": 1, "delivery": 32, "event": 32}


async def test_an_endpoint_is_not_cleared_away_under_an_event_that_is_being_written(alone: Database) -> None:
    if not alone.is_postgres:
        return  # one writer at a time
    own = await academy()
    made = (await own.endpoint()).webhook.id
    async with outside(alone) as execute, waiting_before(execute, "delivery") as go_on:
        issuing = asyncio.create_task(own.issue())
        await somebody_waits(issuing)
        await webhooks.delete(own.caller, made, NOW)
        clearing = asyncio.create_task(delivery_queue.clear_away())
        await somebody_waits(issuing, clearing, number=2)
        await go_on()
        await issuing
        await clearing
    while await delivery_queue.clear_away():
        pass
    assert await counts("webhook", "delivery", "event") == {"webhook": 0, "delivery": 0, "event": 1}


async def test_an_endpoint_is_there_once_what_did_not_know_it_is_over(alone: Database) -> None:
    """Whoever is told that his endpoint works misses nothing that comes to light from then on."""
    if not alone.is_postgres:
        return  # one writer at a time
    own = await academy()
    made, off = (await own.endpoint()).webhook.id, (await own.endpoint()).webhook.id
    await webhooks.disable(own.caller, off, NOW)
    certificate = await own.issue()
    async with outside(alone) as execute, waiting_before(execute, "delivery") as go_on:
        claiming = asyncio.create_task(claims.claim(token(certificate), KEYRING, NOW))
        await somebody_waits(claiming)
        adding = [asyncio.create_task(own.endpoint()), asyncio.create_task(webhooks.enable(own.caller, off, NOW))]
        await somebody_waits(claiming, *adding, number=3)
        await go_on()
        await claiming
        await asyncio.gather(*adding)
    assert await Delivery.filter(webhook_id=made).count() == await count("delivery") == 2
    await certificates.revoke(own.caller, certificate.code, None, NOW)
    assert await count("delivery") == 5


async def test_an_event_is_due_from_the_moment_it_happened() -> None:
    own = await academy()
    made = await own.endpoint()
    await own.issue(NOW)
    moment = timedelta(microseconds=1)
    assert await lease_all(made.webhook.id, NOW - moment) == []
    (leased,) = await lease_all(made.webhook.id, NOW)
    assert leased.tries == 0
    await delivery_queue.settle([(leased, attempt(200))], [], lambda: 0, NOW)
    assert await waiting(LATER) == []
