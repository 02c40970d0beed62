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
from services import delivery_locks, organization_locks, unique_instants
from services.keyring import Keyring, Unreadable

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


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many endpoints have their secrets under the present key, and how many have such as nobody can read."""

    renewed: int
    unreadable: int


async def create(organization_id: UUID, wanted: Wanted, keyring: Keyring, now: datetime) -> NewSecret:
    """A new endpoint is sent every event from now on that it takes."""
    chosen = rule.wanted_events(wanted.events)
    secret = signatures.new_secret(secrets.token_bytes(32))
    row: dict[str, Any] = {
        "id": str(uuid4()),
        "organization_id": str(organization_id),
        "url": wanted.url,
        "description": _described(wanted.description),
        "events": _written(chosen),
        "secret": keyring.seal("webhook secrets", secret.encode()),
        "created_at": now,
    }
    async with in_transaction():
        await organization_locks.hold(
            organization_id
        )  # what is being issued now is told before, what comes then to all
        if await _of(organization_id).count() >= MOST:
            raise Refused("conflict", f"Your organization has {MOST} endpoints, which is the most. Delete one first.")
        row = await unique_instants.insert("webhook", row)
        made = await _own(organization_id, UUID(row["id"]))
    return NewSecret(as_rule(made), secret)


async def list_all(organization_id: UUID) -> list[rule.Webhook]:
    """The organization's endpoints, newest first."""
    return [as_rule(row) for row in await _of(organization_id).order_by("-created_at")]


async def read(organization_id: UUID, webhook_id: UUID) -> rule.Webhook:
    """An endpoint of the organization."""
    return as_rule(await _own(organization_id, webhook_id))


async def update(organization_id: UUID, webhook_id: UUID, change: Mapping[str, Any]) -> rule.Webhook:
    """The members that are given change; at another address it has not failed yet."""
    members: dict[str, Any] = {}
    if "url" in change:
        members |= {"url": change["url"], "failing_since": None, "failed_at": None}
    if "description" in change:
        members["description"] = _described(change["description"])
    if "events" in change:
        members["events"] = _written(rule.wanted_events(change["events"]))
    return await _changed(organization_id, webhook_id, members)


async def delete(organization_id: UUID, webhook_id: UUID, now: datetime) -> None:
    """An endpoint is gone at once, its secrets with it; the worker clears away what was on its way there."""
    nothing = {"secret": b"", "previous_secret": None, "previous_secret_until": None, "description": None}
    gone = {"deleted_at": now, "disabled_at": now, "disabled_reason": "requested"}
    await _changed(organization_id, webhook_id, nothing | gone)


async def disable(organization_id: UUID, webhook_id: UUID, now: datetime) -> rule.Webhook:
    """Nothing is sent to a disabled endpoint, and nothing new is kept for it. What was on its way waits."""
    async with in_transaction():
        present = await _own(organization_id, webhook_id)
        if present.disabled_at is None:
            await _changed(organization_id, webhook_id, {"disabled_at": now, "disabled_reason": "requested"})
        return as_rule(await _own(organization_id, webhook_id))


async def enable(organization_id: UUID, webhook_id: UUID, now: datetime) -> rule.Webhook:
    """An endpoint is sent events again, and first of all what was on its way when it was disabled."""
    async with in_transaction():
        await organization_locks.hold(organization_id)
        present = await _own(organization_id, webhook_id)
        if present.disabled_at is not None:
            resting = Delivery.filter(webhook_id=webhook_id, due_at__gt=EARLIEST, lease__isnull=True)
            waiting = await resting.order_by("due_at").limit(RESUMED_AT_ONCE).values_list("id")
            await _resume(sorted(identity for (identity,) in waiting), now)
            await _changed(organization_id, webhook_id, _WORKING)
        return as_rule(await _own(organization_id, webhook_id))


async def rotate_secret(
    organization_id: UUID, webhook_id: UUID, overlap: timedelta, keyring: Keyring, now: datetime
) -> NewSecret:
    """A new secret signs from now on; the one before signs beside it until the overlap is over."""
    secret = signatures.new_secret(secrets.token_bytes(32))
    async with in_transaction():
        await _of(organization_id).filter(id=webhook_id).select_for_update(no_key=is_postgres()).first()
        present = await _own(organization_id, webhook_id)
        previous = _renewed(keyring, present.secret) if overlap > timedelta(0) else None
        members = {
            "secret": keyring.seal("webhook secrets", secret.encode()),
            "previous_secret": previous,
            "previous_secret_until": now + overlap if previous else None,
        }
        return NewSecret(await _changed(organization_id, webhook_id, members), secret)


async def reseal(keyring: Keyring) -> Resealed:
    """Secrets that lie under the secret key before this one are sealed under the present one.

    Those that lie under neither keep none of the others from it.
    """
    rows = await Webhook.filter(deleted_at__isnull=True)
    unreadable = 0
    for row in rows:
        secret = _renewed(keyring, row.secret)
        previous = _renewed(keyring, row.previous_secret) if row.previous_secret else None
        # Unless it was rotated meanwhile: then it lies under the present key already.
        own = Webhook.filter(id=row.id, secret=row.secret)
        await own.update(secret=secret or row.secret, previous_secret=previous)
        unreadable += secret is None
    return Resealed(len(rows) - unreadable, unreadable)


async def unreadable(keyring: Keyring) -> int:
    """How many endpoints have a secret that neither key reads."""
    rows = await Webhook.filter(deleted_at__isnull=True)
    return sum(_renewed(keyring, row.secret) is None for row in rows)


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


def _of(organization_id: UUID) -> Any:  # noqa: ANN401  # a query set, whose type Tortoise does not export whole
    return Webhook.filter(organization_id=organization_id, deleted_at__isnull=True)


async def _own(organization_id: UUID, webhook_id: UUID) -> Webhook:
    found: Webhook | None = await _of(organization_id).get_or_none(id=webhook_id)
    if found is None:
        raise Refused("not_found", NOT_FOUND)
    return found


async def _changed(organization_id: UUID, webhook_id: UUID, members: Mapping[str, Any]) -> rule.Webhook:
    present = await _own(organization_id, webhook_id)
    if members:
        await _of(organization_id).filter(id=webhook_id).update(**members)
        present.update_from_dict(dict(members))
    return as_rule(present)


def _renewed(keyring: Keyring, sealed: bytes) -> bytes | None:
    """A secret under the present key; None where it can no longer be read, and so sign nothing."""
    try:
        return keyring.renewed("webhook secrets", bytes(sealed))
    except Unreadable:
        return None


async def _resume(deliveries: list[UUID], now: datetime) -> None:
    for start in range(0, len(deliveries), 1000):
        some = deliveries[start : start + 1000]
        await delivery_locks.hold(some)
        await Delivery.filter(id__in=some).update(due_at=now, tries=0)


def _described(description: str | None) -> str | None:
    return None if description is None else text.lines(description, field="description", longest=500)


def _chosen(events: str | None) -> tuple[EventKind, ...] | None:
    return None if events is None else tuple(json.loads(events))


def _written(events: tuple[str, ...] | None) -> str | None:
    return None if events is None else json.dumps(events)
