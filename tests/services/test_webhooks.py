"""Endpoints: an academy's own, so many and no more, switched off and on without losing anything."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from models import Delivery, Webhook
from rules.errors import ErrorCode, Refused
from services import delivery_queue, webhooks
from services.callers import Caller
from services.webhooks import MOST, NewSecret, Wanted
from tests.databases import Database
from tests.services.inside import (
    DAY,
    KEYRING,
    NOW,
    URL,
    Academy,
    academy,
    at_once,
    attempt,
    count,
    elsewhere,
    lease_all,
    waiting,
)

pytestmark = pytest.mark.usefixtures("alone")

SCHEDULE = [timedelta(hours=1), timedelta(hours=2)]


async def refused(own: Academy) -> ErrorCode | None:
    """Whether another endpoint is refused, and how."""
    try:
        await own.endpoint()
    except Refused as fault:
        return fault.code
    return None


async def test_an_endpoint_is_as_it_was_wanted() -> None:
    own = await academy()
    wanted = Wanted(URL, ["certificate.revoked", "certificate.issued"], "Our Zoe\u0308")
    made = await webhooks.create(own.caller, wanted, KEYRING, NOW)
    one = made.webhook
    assert (one.url, one.description, one.created_at) == (URL, "Our Zoë", NOW)
    assert one.events == ("certificate.issued", "certificate.revoked")
    assert (one.enabled, one.disabled_reason, one.disabled_at, one.failing_since) == (True, None, None, None)
    assert one.previous_secret_until is None
    assert await webhooks.read(own.id, one.id) == one
    assert (await own.endpoint()).webhook.events is None


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(URL, []),
        Wanted(URL, ["certificate.lost"]),
        Wanted(URL, ["webhook.test"]),
        Wanted(URL, None, " "),
        Wanted(URL, None, "x" * 501),
        Wanted(URL, None, "a bell\a"),
    ],
)
async def test_what_cannot_be_an_endpoint_is_refused(wanted: Wanted) -> None:
    own = await academy()
    with pytest.raises(Refused) as fault:
        await webhooks.create(own.caller, wanted, KEYRING, NOW)
    assert fault.value.code == "unprocessable_entity"
    assert await count("webhook") == 0


async def test_the_list_is_newest_first_also_of_those_made_at_one_instant() -> None:
    own, rival = await academy(), await academy()
    await rival.endpoint()
    made = [(await own.endpoint()).webhook for _ in range(5)]
    assert len({one.created_at for one in made}) == 5
    assert await webhooks.list_all(own.id) == sorted(made, key=lambda one: one.created_at, reverse=True)


async def test_an_academy_has_fifty_endpoints_at_most_however_many_ask_at_once() -> None:
    own, rival = await academy(), await academy()
    for _ in range(MOST - 4):
        await own.endpoint()
    answers = await at_once(*(refused(own) for _ in range(12)))
    assert sorted(map(str, answers)) == ["None"] * 4 + ["conflict"] * 8
    assert len(await webhooks.list_all(own.id)) == MOST
    assert await refused(rival) is None
    (last, *_) = await webhooks.list_all(own.id)
    await webhooks.delete(own.caller, last.id, NOW)
    assert [await refused(own), await refused(own)] == [None, "conflict"]


async def make_some(organization: str) -> int:
    """How many endpoints another process could make, until it was refused."""
    made = 0
    while made < MOST:
        try:
            await webhooks.create(Caller(UUID(organization)), Wanted(URL), KEYRING, NOW)
        except Refused:
            break
        made += 1
    return made


async def test_fifty_hold_over_several_processes(alone: Database) -> None:
    own = await academy()
    made = await at_once(*(elsewhere(alone, make_some, own.id) for _ in range(3)))
    assert sum(made) == await count("webhook") == MOST


async def test_nobody_reaches_the_endpoints_of_another() -> None:
    own, rival = await academy(), await academy()
    made = (await own.endpoint()).webhook
    before = await Webhook.all().values()
    for asked in (
        webhooks.read(rival.id, made.id),
        webhooks.update(rival.caller, made.id, {"url": "https://evil.example"}, NOW),
        webhooks.update(rival.caller, made.id, {}, NOW),
        webhooks.delete(rival.caller, made.id, NOW),
        webhooks.enable(rival.caller, made.id, NOW),
        webhooks.disable(rival.caller, made.id, NOW),
        webhooks.rotate_secret(rival.caller, made.id, DAY, KEYRING, NOW),
        webhooks.read(own.id, uuid4()),
    ):
        with pytest.raises(Refused) as fault:
            await asked
        assert (fault.value.code, fault.value.message) == ("not_found", webhooks.NOT_FOUND)
    assert await Webhook.all().values() == before
    assert await webhooks.list_all(rival.id) == []


async def test_only_the_members_that_are_given_change() -> None:
    own = await academy()
    made = (await webhooks.create(own.caller, Wanted(URL, ["certificate.issued"], "Ours"), KEYRING, NOW)).webhook
    assert await webhooks.update(own.caller, made.id, {}, NOW) == made
    other = await webhooks.update(own.caller, made.id, {"url": "https://example.com/other"}, NOW)
    assert (other.url, other.description, other.events) == ("https://example.com/other", "Ours", made.events)
    every = await webhooks.update(own.caller, made.id, {"events": None, "description": None}, NOW)
    assert (every.url, every.description, every.events) == ("https://example.com/other", None, None)
    assert await webhooks.read(own.id, made.id) == every
    refused_changes: tuple[dict[str, Any], ...] = ({"events": []}, {"description": ""})
    for wrong in refused_changes:
        with pytest.raises(Refused):
            await webhooks.update(own.caller, made.id, wrong, NOW)
    assert await webhooks.read(own.id, made.id) == every


async def test_at_another_address_an_endpoint_has_not_failed_yet() -> None:
    own = await academy()
    made = await own.endpoint()
    await own.issue()
    (leased,) = await lease_all(made.webhook.id)
    await delivery_queue.settle([(leased, attempt(500))], SCHEDULE, lambda: 0, NOW)
    described = await webhooks.update(own.caller, made.webhook.id, {"description": "Ours"}, NOW)
    moved = await webhooks.update(own.caller, made.webhook.id, {"url": "https://example.com/other"}, NOW)
    assert (described.failing_since, moved.failing_since) == (NOW, None)


async def with_two_waiting() -> tuple[Academy, NewSecret]:
    """An endpoint with two deliveries, one tried once in vain and due in an hour, the other due now."""
    own = await academy()
    made = await own.endpoint()
    await own.issue(NOW)
    (leased,) = await lease_all(made.webhook.id)
    await delivery_queue.settle([(leased, attempt(500))], SCHEDULE, lambda: 0, NOW)
    await own.issue(NOW)
    return own, made


async def test_to_a_disabled_endpoint_nothing_is_sent_and_nothing_new_is_kept_for_it() -> None:
    own, made = await with_two_waiting()
    disabled = await webhooks.disable(own.caller, made.webhook.id, NOW)
    assert (disabled.enabled, disabled.disabled_reason, disabled.disabled_at) == (False, "requested", NOW)
    assert await webhooks.disable(own.caller, made.webhook.id, NOW + DAY) == disabled
    await own.issue(NOW)
    assert await count("delivery") == 2
    assert await lease_all(made.webhook.id, NOW + DAY) == []
    assert await waiting(NOW + DAY) == []
    assert await delivery_queue.oldest_due(NOW + DAY) is None


@pytest.mark.parametrize("later", [timedelta(0), 9 * DAY])
async def test_enabled_again_it_is_sent_at_once_what_was_waiting_on_a_fresh_schedule(later: timedelta) -> None:
    own, made = await with_two_waiting()
    await webhooks.disable(own.caller, made.webhook.id, NOW)
    enabled = await webhooks.enable(own.caller, made.webhook.id, NOW + later)
    assert (enabled.enabled, enabled.disabled_reason, enabled.disabled_at) == (True, None, None)
    assert enabled.failing_since is None
    assert await waiting(NOW + later) == [made.webhook.id]
    leased = await lease_all(made.webhook.id, NOW + later)
    assert [one.tries for one in leased] == [0, 0]
    assert await webhooks.enable(own.caller, made.webhook.id, NOW + later) == enabled


async def test_enabling_what_is_enabled_hurries_nothing() -> None:
    own, made = await with_two_waiting()
    await webhooks.enable(own.caller, made.webhook.id, NOW)
    assert len(await lease_all(made.webhook.id)) == 1


async def test_enabling_leaves_alone_what_somebody_is_sending() -> None:
    own, made = await with_two_waiting()
    (leased,) = await lease_all(made.webhook.id)
    await webhooks.disable(own.caller, made.webhook.id, NOW)
    await webhooks.enable(own.caller, made.webhook.id, NOW)
    (waiting,) = await lease_all(made.webhook.id)
    assert waiting.id != leased.id
    await delivery_queue.settle([(leased, attempt(200))], SCHEDULE, lambda: 0, NOW)
    assert (await Delivery.get(id=leased.id)).status == "delivered"


async def test_a_deleted_endpoint_is_gone_at_once_and_its_rows_piece_by_piece() -> None:
    own = await academy()
    made, kept = await own.endpoint(), await own.endpoint()
    await own.several(5)
    done = (await lease_all(made.webhook.id, NOW + DAY))[:2]
    await delivery_queue.settle([(one, attempt(200)) for one in done], SCHEDULE, lambda: 0, NOW)
    await webhooks.delete(own.caller, made.webhook.id, NOW)
    assert [one.id for one in await webhooks.list_all(own.id)] == [kept.webhook.id]
    for asked in (webhooks.read(own.id, made.webhook.id), webhooks.delete(own.caller, made.webhook.id, NOW)):
        with pytest.raises(Refused):
            await asked
    assert await lease_all(made.webhook.id, NOW + DAY) == []
    steps = []
    while cleared := await delivery_queue.clear_away(2):
        steps.append(cleared)
    assert steps == [2, 2, 1, 1]
    assert (await count("webhook"), await count("delivery"), await count("delivery_attempt")) == (1, 5, 0)
    assert await count("event") == 5


async def test_several_who_clear_away_at_once_do_not_hinder_each_other() -> None:
    own = await academy()
    for _ in range(3):
        made = await own.endpoint()
        await own.several(4)
        await webhooks.delete(own.caller, made.webhook.id, NOW)

    async def clear() -> None:
        while await delivery_queue.clear_away(3):
            pass

    await at_once(*(clear() for _ in range(5)))
    assert (await count("webhook"), await count("delivery")) == (0, 0)
