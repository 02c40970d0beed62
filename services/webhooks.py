"""Webhooks: the endpoints of an organization, and the secrets that their events are signed with."""

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from models import Delivery, Webhook
from models.database import fetch, is_postgres
from rules import signatures, text
from rules import webhooks as rule
from rules.errors import Refused
from rules.events import EventKind
from rules.instants import EARLIEST
from services import audit, delivery_locks, organization_locks, unique_instants, webhook_secrets
from services.callers import Caller
from services.keyring import Keyring

NOT_FOUND = "Webhook not found or does not belong to your organization"
MOST = 50
"""How many endpoints an organization may have: each event goes to all of them."""
RESUMED_AT_ONCE = 10_000
_WORKING: Mapping[str, Any] = dict.fromkeys(("disabled_at", "disabled_reason", "failing_since", "failed_at"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """An endpoint to be made; `events` None is all of them. Its address has been found fit by `outgoing`."""

    url: str
    events: list[str] | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class NewSecret:
    """An endpoint with the secret that it was just given, shown this once."""

    webhook: rule.Webhook
    secret: str


async def create(caller: Caller, wanted: Wanted, keyring: Keyring, now: datetime) -> NewSecret:
    """A new endpoint is sent every event from now on that it takes."""
    chosen = rule.wanted_events(wanted.events)
    secret = signatures.new_secret(secrets.token_bytes(32))
    row: dict[str, Any] = {
        "id": str(uuid4()),
        "organization_id": str(caller.organization_id),
        "url": wanted.url,
        "description": _described(wanted.description),
        "events": _written(chosen),
        "secret": keyring.seal("webhook secrets", secret.encode()),
        "created_at": now,
    }
    async with in_transaction():
        # What is being issued now is told before; what comes then, to this one too.
        await organization_locks.hold(caller.organization_id)
        if await _of(caller.organization_id).count() >= MOST:
            raise Refused("conflict", f"Your organization has {MOST} endpoints, which is the most. Delete one first.")
        row = await unique_instants.insert("webhook", row)
        made = as_rule(await _own(caller.organization_id, UUID(row["id"])))
        await audit.record(caller, "create_webhook", made.id, (audit.NOTHING, _told(made)), now)
    return NewSecret(made, secret)


async def list_all(organization_id: UUID) -> list[rule.Webhook]:
    """The organization's endpoints, newest first."""
    return [as_rule(row) for row in await _of(organization_id).order_by("-created_at")]


async def read(organization_id: UUID, webhook_id: UUID) -> rule.Webhook:
    """An endpoint of the organization."""
    return as_rule(await _own(organization_id, webhook_id))


async def update(caller: Caller, webhook_id: UUID, change: Mapping[str, Any], now: datetime) -> rule.Webhook:
    """The members that are given change; at another address it has not failed yet."""
    members: dict[str, Any] = {}
    if "url" in change:
        members |= {"url": change["url"], "failing_since": None, "failed_at": None}
    if "description" in change:
        members["description"] = _described(change["description"])
    if "events" in change:
        members["events"] = _written(rule.wanted_events(change["events"]))
    async with in_transaction():
        before = as_rule(await _held(caller.organization_id, webhook_id))
        after = await _changed(caller.organization_id, webhook_id, members)
        await audit.record_difference(caller, "update_webhook", webhook_id, (_told(before), _told(after)), now)
    return after


async def delete(caller: Caller, webhook_id: UUID, now: datetime) -> None:
    """An endpoint is gone at once, its secrets with it; the worker clears away what was on its way there."""
    nothing = {"secret": b"", "previous_secret": None, "previous_secret_until": None, "description": None}
    gone = {"deleted_at": now, "disabled_at": now, "disabled_reason": "requested"}
    async with in_transaction():
        before = as_rule(await _held(caller.organization_id, webhook_id))
        await _changed(caller.organization_id, webhook_id, nothing | gone)
        await audit.record(caller, "delete_webhook", webhook_id, (_told(before), audit.NOTHING), now)


async def disable(caller: Caller, webhook_id: UUID, now: datetime) -> rule.Webhook:
    """Nothing is sent to a disabled endpoint, and nothing new is kept for it. What was on its way waits."""
    async with in_transaction():
        present = await _held(caller.organization_id, webhook_id)
        if present.disabled_at is not None:
            return as_rule(present)
        off = {"disabled_at": now, "disabled_reason": "requested"}
        disabled = await _changed(caller.organization_id, webhook_id, off)
        await audit.record(caller, "disable_webhook", webhook_id, ({"enabled": True}, {"enabled": False}), now)
    return disabled


async def enable(caller: Caller, webhook_id: UUID, now: datetime) -> rule.Webhook:
    """An endpoint is sent events again, and first of all what was on its way when it was disabled."""
    async with in_transaction():
        await organization_locks.hold(caller.organization_id)
        present = await _own(caller.organization_id, webhook_id)
        if present.disabled_at is None:
            return as_rule(present)
        resting = Delivery.filter(webhook_id=webhook_id, due_at__gt=EARLIEST, lease__isnull=True)
        waiting = await resting.order_by("due_at").limit(RESUMED_AT_ONCE).values_list("id")
        await _resume(sorted(identity for (identity,) in waiting), now)
        enabled = await _changed(caller.organization_id, webhook_id, _WORKING)
        await audit.record(caller, "enable_webhook", webhook_id, ({"enabled": False}, {"enabled": True}), now)
    return enabled


async def rotate_secret(
    caller: Caller, webhook_id: UUID, overlap: timedelta, keyring: Keyring, now: datetime
) -> NewSecret:
    """A new secret signs from now on; the one before signs beside it until the overlap is over."""
    secret = signatures.new_secret(secrets.token_bytes(32))
    async with in_transaction():
        present = await _held(caller.organization_id, webhook_id)
        previous = webhook_secrets.renewed(keyring, present.secret) if overlap > timedelta(0) else None
        until = now + overlap if previous else None
        members = {
            "secret": keyring.seal("webhook secrets", secret.encode()),
            "previous_secret": previous,
            "previous_secret_until": until,
        }
        rotated = await _changed(caller.organization_id, webhook_id, members)
        told = {"previous_secret_until": until}
        await audit.record(caller, "rotate_webhook_secret", webhook_id, (audit.NOTHING, told), now)
    return NewSecret(rotated, secret)


async def keep(webhook_ids: Collection[UUID]) -> None:
    """Endpoints are not cleared away until the transaction ends.

    Before anything is done to their deliveries, and always in one order: so nobody waits in a circle.
    """
    if not is_postgres():
        return
    places = ", ".join(f"${number}" for number in range(1, len(webhook_ids) + 1))
    await fetch(
        f"SELECT id FROM webhook WHERE id IN ({places}) ORDER BY id FOR KEY SHARE",  # noqa: S608  # places only
        *map(str, webhook_ids),
    )


def as_rule(row: Webhook) -> rule.Webhook:
    """The row of an endpoint as the domain knows it."""
    return rule.Webhook(
        id=row.id,
        url=row.url,
        description=row.description,
        events=_chosen(row.events),
        enabled=row.disabled_at is None,
        disabled_reason=row.disabled_reason,  # type: ignore[arg-type]  # one of the reasons
        disabled_at=row.disabled_at,
        failing_since=row.failing_since,
        previous_secret_until=row.previous_secret_until,
        created_at=row.created_at,
    )


def told_url(webhook: rule.Webhook) -> str:
    """The address as the audit log keeps it: what follows a question mark in it may be a password."""
    url, question, _ = webhook.url.partition("?")
    return url + question


def _of(organization_id: UUID) -> Any:  # noqa: ANN401  # a query set, whose type Tortoise does not export whole
    return Webhook.filter(organization_id=organization_id, deleted_at__isnull=True)


async def _own(organization_id: UUID, webhook_id: UUID) -> Webhook:
    found: Webhook | None = await _of(organization_id).get_or_none(id=webhook_id)
    if found is None:
        raise Refused("not_found", NOT_FOUND)
    return found


async def _held(organization_id: UUID, webhook_id: UUID) -> Webhook:
    """An endpoint that nobody else changes until the transaction ends."""
    await _of(organization_id).filter(id=webhook_id).select_for_update(no_key=is_postgres()).first()
    return await _own(organization_id, webhook_id)


async def _changed(organization_id: UUID, webhook_id: UUID, members: Mapping[str, Any]) -> rule.Webhook:
    present = await _own(organization_id, webhook_id)
    if members:
        await _of(organization_id).filter(id=webhook_id).update(**members)
        present.update_from_dict(dict(members))
    return as_rule(present)


async def _resume(deliveries: list[UUID], now: datetime) -> None:
    for start in range(0, len(deliveries), 1000):
        some = deliveries[start : start + 1000]
        await delivery_locks.hold(some)
        await Delivery.filter(id__in=some).update(due_at=now, tries=0)


def _told(webhook: rule.Webhook) -> dict[str, object]:
    """What the audit log keeps of an endpoint."""
    return {"url": told_url(webhook), "description": webhook.description, "events": webhook.events}


def _described(description: str | None) -> str | None:
    return None if description is None else text.lines(description, field="description", longest=500)


def _chosen(events: str | None) -> tuple[EventKind, ...] | None:
    return None if events is None else tuple(json.loads(events))


def _written(events: tuple[str, ...] | None) -> str | None:
    return None if events is None else json.dumps(events)
