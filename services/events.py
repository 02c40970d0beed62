"""Events: written with the change that they tell of, on their way to every endpoint, and read in order as a feed.

An event, and a delivery for each endpoint that takes it, belong into the transaction of the change itself: either all of it
is there or nothing. The order in which transactions commit is known to nobody beforehand, so an event gets its place in the
feed only once it is committed: whoever reads the feed first gives places to what has none, one reader at a time. So a cursor
never passes an event that comes to light later.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from models import Event as EventRow
from models import Organization
from models.database import fetch, identity
from models.identities import fresh
from models.statements import webhooks as statements
from models.statements.inserts import New, insert
from rules import events as rule
from rules.certificates import Certificate
from rules.events import EventKind
from rules.webhooks import takes
from services import audit, organization_locks
from services.callers import Caller
from services.pagination import Page

PLACED_AT_ONCE = 1000
JUST_AFTER = timedelta(microseconds=1)

_PLACES = f"""
    UPDATE event SET position = placed.place
    FROM (
        SELECT id, row_number() OVER (ORDER BY created_at, id)
            + (SELECT coalesce(max(position), 0) FROM event WHERE organization_id = $1 AND position IS NOT NULL) AS place
        FROM (
            SELECT id, created_at FROM event WHERE organization_id = $1 AND position IS NULL
            ORDER BY created_at, id LIMIT {PLACED_AT_ONCE}
        ) AS waiting
    ) AS placed
    WHERE event.id = placed.id RETURNING event.id
"""  # noqa: S608  # a constant


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: the bytes that were or would be sent, and its place in the feed."""

    id: UUID
    kind: EventKind
    body: bytes
    position: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TestSent:
    """The event of a test, and to how many endpoints it goes."""

    id: UUID
    endpoints: int


class Taker(NamedTuple):
    """An enabled endpoint, and the kinds that it takes: None is all."""

    webhook_id: UUID
    organization_id: UUID
    events: tuple[EventKind, ...] | None


class Happening(NamedTuple):
    """Something that happens to a certificate, and its moment in the feed."""

    kind: EventKind
    certificate: Certificate
    at: datetime


async def record(
    kind: EventKind, certificate: Certificate, now: datetime, told: Mapping[UUID, datetime] | None = None
) -> None:
    """It happened to this certificate. Belongs into the transaction in which it happens."""
    await record_all(kind, [certificate], now, told)


async def of(kind: EventKind, certificate: Certificate, now: datetime) -> list[New]:
    """The same as rows, to be inserted with something else."""
    return written([Happening(kind, certificate, now)], await takers([certificate.organization.id]), now)


async def record_all(
    kind: EventKind, certificates: Sequence[Certificate], now: datetime, told: Mapping[UUID, datetime] | None = None
) -> None:
    """It happened to each of these certificates, whoever issued them.

    `told` says when something else was told of a certificate before, which this one then follows in the feed, whatever the
    clocks say. Nothing but that order is moved by it.
    """
    if not certificates:
        return
    before = told or {}
    happened = [Happening(kind, each, _after_what_was_told(each.id, before, now)) for each in certificates]
    await insert(written(happened, await takers({each.organization.id for each in certificates}), now))


def written(happened: Sequence[Happening], among: Sequence[Taker], now: datetime) -> list[New]:
    """The rows of events and of their deliveries, to be inserted in the transaction in which the takers were read."""
    rows = [
        _row(kind, certificate.organization.id, rule.body(kind, certificate, now), at, certificate.id)
        for kind, certificate, at in happened
    ]
    return _with_deliveries(rows, among, now)


async def takers(organization_ids: Collection[UUID]) -> list[Taker]:
    """The enabled endpoints of some organizations, kept from being cleared away until the transaction ends.

    None is added or enabled meanwhile: whoever is told that his endpoint works is sent all that commits from then on.
    """
    await organization_locks.share_all(organization_ids)
    found = await statements.takers(organization_ids)
    return [taker(webhook_id, organization_id, chosen) for webhook_id, organization_id, chosen in found]


def taker(webhook_id: UUID | str, organization_id: UUID | str, chosen: str | None) -> Taker:
    """An endpoint as its row has it."""
    kinds = None if chosen is None else tuple(json.loads(chosen))
    return Taker(identity(webhook_id), identity(organization_id), kinds)


async def known(kind: EventKind, certificate_ids: Sequence[UUID]) -> set[UUID]:
    """Those of some certificates of which this was told already."""
    found = await EventRow.filter(certificate_id__in=list(certificate_ids), kind=kind).values_list("certificate_id")
    return {certificate_id for (certificate_id,) in found}


async def send_test(caller: Caller, now: datetime) -> TestSent:
    """A sample event goes to every enabled endpoint, whatever it takes otherwise."""
    async with in_transaction():
        organization = await Organization.get(id=caller.organization_id)
        row = _row("webhook.test", organization.id, rule.sample(organization.name, now), now)
        rows = _with_deliveries([row], await takers([organization.id]), now)
        sent = TestSent(row["id"], sum(len(new.rows) for new in rows[1:]))
        told = {"endpoints": sent.endpoints}
        await audit.record(caller, "send_test_webhook", sent.id, (audit.NOTHING, told), now, rows)
    return sent


async def page(organization_id: UUID, after: int | None, kind: EventKind | None, limit: int) -> Page[Event]:
    """The events that come after a place in the feed, oldest first.

    While some have no place yet, there is more: a page of one kind may be empty, and the next one not.
    """
    more_wait = await _place(organization_id)
    rows = await _after(organization_id, after or 0, kind, limit + 1)
    shown = [Event(r.id, r.kind, bytes(r.body), r.position or 0, r.created_at) for r in rows[:limit]]  # type: ignore[arg-type]  # one of the kinds
    return Page(shown, has_more=len(rows) > limit or more_wait)


async def _after(organization_id: UUID, after: int, kind: EventKind | None, most: int) -> list[EventRow]:
    if kind is None:
        # A test is nothing that happened: only who asks for tests gets them.
        found = EventRow.filter(~Q(kind="webhook.test"), organization_id=organization_id, position__gt=after)
        return await found.order_by("position").limit(most)
    ids = await _of_kind(organization_id, after, kind, most)
    return await EventRow.filter(id__in=ids).order_by("position") if ids else []


async def _of_kind(organization_id: UUID, after: int, kind: EventKind, most: int) -> list[str]:
    """Compared as pairs, so that PostgreSQL goes by the kind's index, and does not look for a rare kind among all."""
    rows = await fetch(
        "SELECT id FROM event WHERE organization_id = $1 AND (kind, position) > ($2, $3) AND kind <= $2"  # noqa: S608  # a number
        f" ORDER BY kind, position LIMIT {int(most)}",
        str(organization_id),
        kind,
        after,
    )
    return [str(row["id"]) for row in rows]


def _after_what_was_told(certificate_id: UUID, before: Mapping[UUID, datetime], now: datetime) -> datetime:
    return max(now, before[certificate_id] + JUST_AFTER) if certificate_id in before else now


def _row(
    kind: EventKind, organization_id: UUID, body: bytes, at: datetime, certificate_id: UUID | None = None
) -> dict[str, Any]:
    return {
        "id": fresh(),
        "organization_id": organization_id,
        "kind": kind,
        "certificate_id": certificate_id,
        "body": body,
        "created_at": at,
    }


def _with_deliveries(events: Sequence[dict[str, Any]], among: Sequence[Taker], now: datetime) -> list[New]:
    """The events, and after them, where there are any, their deliveries: one to each endpoint that takes them."""
    deliveries = [
        {
            "id": fresh(),
            "webhook_id": webhook_id,
            "event_id": event["id"],
            "status": "pending",
            "tries": 0,
            "attempts": 0,
            "due_at": now,
            "created_at": now,
        }
        for event in events
        for webhook_id, organization_id, kinds in among
        if organization_id == event["organization_id"] and takes(kinds, event["kind"])
    ]
    return [New("event", events), *([New("delivery", deliveries)] if deliveries else [])]


async def _place(organization_id: UUID) -> bool:
    """Whether there may be more without a place than get one at once."""
    if not await EventRow.exists(organization_id=organization_id, position__isnull=True):
        return False
    async with in_transaction():
        await organization_locks.hold_feed(organization_id)
        return len(await fetch(_PLACES, str(organization_id))) == PLACED_AT_ONCE
