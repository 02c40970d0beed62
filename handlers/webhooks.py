"""Webhooks: where events are sent to."""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from handlers import webhook_shapes as shapes
from handlers.answers import Answer
from handlers.beforehand import after
from handlers.pagination import deliveries_paginated, delivery_of, paginated
from rules import instants
from rules.links import Links
from services import deliveries, events, webhooks
from services.callers import Caller
from services.keyring import Keyring
from wire.schemas import CreateWebhook, DeliveryStatus, RedeliverRange, RotateSecret, UpdateWebhook

OVERLAP_SECONDS = 86_400
"""For how long an old secret signs when nobody says otherwise: a day."""


class Outgoing(Protocol):
    """Who knows which addresses events may go to."""

    async def check(self, url: str) -> None:
        """Refuses an address that they may not."""


async def _address_allowed(body: CreateWebhook | UpdateWebhook, outgoing: Outgoing) -> None:
    if "url" in body:
        await outgoing.check(body["url"])


async def list_webhooks(caller: Caller) -> Answer:
    """The endpoints of the caller's organization."""
    found = await webhooks.list_all(caller.organization_id)
    return Answer(paginated([shapes.webhook(each) for each in found], has_more=False))


@after(_address_allowed)
async def create_webhook(body: CreateWebhook, caller: Caller, links: Links, keyring: Keyring, now: datetime) -> Answer:
    """A new endpoint, with its secret."""
    chosen = body.get("events")
    wanted = webhooks.Wanted(body["url"], None if chosen is None else [*chosen], body.get("description"))
    made = await webhooks.create(caller, wanted, keyring, now)
    return Answer({"data": shapes.webhook_with_secret(made)}, links.webhook(made.webhook.id))


async def get_webhook(webhook_id: str, caller: Caller) -> Answer:
    """One endpoint."""
    found = await webhooks.read(caller.organization_id, UUID(webhook_id))
    return Answer({"data": shapes.webhook(found)})


@after(_address_allowed)
async def update_webhook(webhook_id: str, body: UpdateWebhook, caller: Caller, now: datetime) -> Answer:
    """An endpoint after a change."""
    changed = await webhooks.update(caller, UUID(webhook_id), body, now)
    return Answer({"data": shapes.webhook(changed)})


async def delete_webhook(webhook_id: str, caller: Caller, now: datetime) -> Answer:
    """Nothing, once the endpoint is gone."""
    await webhooks.delete(caller, UUID(webhook_id), now)
    return Answer(None)


async def enable_webhook(webhook_id: str, caller: Caller, now: datetime) -> Answer:
    """An endpoint, switched on."""
    enabled = await webhooks.enable(caller, UUID(webhook_id), now)
    return Answer({"data": shapes.webhook(enabled)})


async def disable_webhook(webhook_id: str, caller: Caller, now: datetime) -> Answer:
    """An endpoint, switched off."""
    disabled = await webhooks.disable(caller, UUID(webhook_id), now)
    return Answer({"data": shapes.webhook(disabled)})


async def rotate_webhook_secret(
    webhook_id: str, body: RotateSecret | None, caller: Caller, keyring: Keyring, now: datetime
) -> Answer:
    """An endpoint with its new secret."""
    overlap = timedelta(seconds=(body or {}).get("overlap_seconds", OVERLAP_SECONDS))
    rotated = await webhooks.rotate_secret(caller, UUID(webhook_id), overlap, keyring, now)
    return Answer({"data": shapes.webhook_with_secret(rotated)})


async def list_deliveries(
    webhook_id: str, status: DeliveryStatus | None, cursor: str | None, limit: int, caller: Caller
) -> Answer:
    """A page of what was sent to an endpoint."""
    sought = deliveries.Sought(status, delivery_of(cursor), limit)
    page = await deliveries.page(caller.organization_id, UUID(webhook_id), sought)
    return Answer(deliveries_paginated([shapes.delivery(item) for item in page.items], has_more=page.has_more))


async def get_delivery(webhook_id: str, delivery_id: str, caller: Caller) -> Answer:
    """One delivery."""
    found = await deliveries.read(caller.organization_id, UUID(webhook_id), UUID(delivery_id))
    return Answer({"data": shapes.delivery(found)})


async def redeliver(webhook_id: str, delivery_id: str, caller: Caller, now: datetime) -> Answer:
    """A delivery, due at once."""
    queued = await deliveries.redeliver(caller, UUID(webhook_id), UUID(delivery_id), now)
    return Answer({"data": shapes.delivery(queued)})


async def redeliver_range(webhook_id: str, body: RedeliverRange, caller: Caller, now: datetime) -> Answer:
    """How many events are sent again."""
    since = instants.parse(body["since"], "since")
    until = instants.parse(body["until"], "until") if "until" in body else None
    wanted = deliveries.Range(since, until, body.get("only", "missed"))
    sent = await deliveries.redeliver_range(caller, UUID(webhook_id), wanted, now)
    return Answer({"data": shapes.redelivered(sent)})


async def send_test_webhook(caller: Caller, now: datetime) -> Answer:
    """The test event, and how many endpoints it goes to."""
    sent = await events.send_test(caller, now)
    return Answer({"data": {"id": str(sent.id), "endpoints": sent.endpoints}})
