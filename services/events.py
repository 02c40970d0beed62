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
from uuid import UUID, uuid4

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from models import Delivery, Organization
from models import Event as Row
from models.database import fetch, is_postgres
from rules import events as rule
from rules.certificates import Certificate
from rules.events import EventKind
from rules.instants import EARLIEST
from rules.webhooks import takes
from services import audit, organization_locks
from services.callers import Caller
from services.pagination import Page

PLACED_AT_ONCE = 1000
_JUST_AFTER = timedelta(microseconds=1)

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


@dataclass(frozen=True, slots=True)
class _Taker:
    webhook_id: UUID
    organization_id: UUID
    events: tuple[EventKind, ...] | None


async def record(
    kind: EventKind, certificate: Certificate, now: datetime, told: Mapping[UUID, datetime] | None = None
) -> None:
    """It happened to this certificate. Belongs into the transaction in which it happens."""
    await record_all(kind, [certificate], now, told)


async def record_all(
    kind: EventKind, certificates: Sequence[Certificate], now: datetime, told: Mapping[UUID, datetime] | None = None
) -> None:
    """It happened to each of these certificates, whoever issued them.

    `told` says when something else was told of a certificate before, which this one then follows in the feed, whatever the
    clocks say. Nothing but that order is moved by it.
    """
    before = told or {}
    rows = []
    for each in certificates:
        row = _row(kind, each.organization.id, rule.body(kind, each, now), now, each.id)
        row.created_at = max(now, before.get(each.id, EARLIEST) + _JUST_AFTER)
        rows.append(row)
    await _write(rows, now)


async def known(kind: EventKind, certificate_ids: Sequence[UUID]) -> set[UUID]:
    """Those of some certificates of which this was told already."""
    found = await Row.filter(certificate_id__in=list(certificate_ids), kind=kind).values_list("certificate_id")
    return {certificate_id for (certificate_id,) in found}


async def send_test(caller: Caller, now: datetime) -> TestSent:
    """A sample event goes to every enabled endpoint, whatever it takes otherwise."""
    async with in_transaction():
        organization = await Organization.get(id=caller.organization_id)
        row = _row("webhook.test", organization.id, rule.sample(organization.name, now), now)
        sent = TestSent(row.id, await _write([row], now))
        await audit.record(caller, "send_test_webhook", row.id, (audit.NOTHING, {"endpoints": sent.endpoints}), now)
    return sent


async def page(organization_id: UUID, after: int | None, kind: EventKind | None, limit: int) -> Page[Event]:
    """The events that come after a place in the feed, oldest first.

    While some have no place yet, there is more: a page of one kind may be empty, and the next one not.
    """
    more_wait = await _place(organization_id)
    rows = await _after(organization_id, after or 0, kind, limit + 1)
    shown = [Event(r.id, r.kind, bytes(r.body), r.position or 0, r.created_at) for r in rows[:limit]]  # type: ignore[arg-type]  # one of the kinds
    return Page(shown, has_more=len(rows) > limit or more_wait)


async def _after(organization_id: UUID, after: int, kind: EventKind | None, most: int) -> list[Row]:
    if kind is None:
        # A test is nothing that happened: only who asks for tests gets them.
        found = Row.filter(~Q(kind="webhook.test"), organization_id=organization_id, position__gt=after)
        return await found.order_by("position").limit(most)
    ids = await _of_kind(organization_id, after, kind, most)
    return await Row.filter(id__in=ids).order_by("position") if ids else []


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


def _row(kind: EventKind, organization_id: UUID, body: bytes, now: datetime, certificate_id: UUID | None = None) -> Row:
    return Row(
        id=uuid4(),
        organization_id=organization_id,
        kind=kind,
        certificate_id=certificate_id,
        body=body,
        created_at=now,
    )


async def _write(rows: Sequence[Row], now: datetime) -> int:
    """The events, and a delivery to each endpoint that takes them; answers how many deliveries."""
    if not rows:
        return 0
    await Row.bulk_create(rows)
    takers = await _takers({row.organization_id for row in rows})
    deliveries = [
        Delivery(
            id=uuid4(),
            webhook_id=taker.webhook_id,
            event_id=row.id,
            status="pending",
            due_at=now,
            created_at=now,
        )
        for row in rows
        for taker in takers
        if taker.organization_id == row.organization_id and takes(taker.events, row.kind)  # type: ignore[arg-type]  # one of the kinds
    ]
    if deliveries:
        await Delivery.bulk_create(deliveries, batch_size=1000)
    return len(deliveries)


async def _takers(organizations: Collection[UUID]) -> list[_Taker]:
    """The enabled endpoints of some organizations, kept from being cleared away until the transaction ends.

    None is added or enabled meanwhile: whoever is told that his endpoint works is sent all that commits from then on.
    """
    await organization_locks.share_all(organizations)
    places = ", ".join(f"${number}" for number in range(1, len(organizations) + 1))
    lock = " FOR KEY SHARE" if is_postgres() else ""
    found = await fetch(
        "SELECT id, organization_id, events FROM webhook"  # noqa: S608  # places only
        f" WHERE organization_id IN ({places}) AND disabled_at IS NULL{lock}",
        *map(str, organizations),
    )
    return [_taker(row["id"], row["organization_id"], row["events"]) for row in found]


def _taker(webhook_id: UUID | str, organization_id: UUID | str, events: str | None) -> _Taker:
    chosen = None if events is None else tuple(json.loads(events))
    return _Taker(UUID(str(webhook_id)), UUID(str(organization_id)), chosen)


async def _place(organization_id: UUID) -> bool:
    """Whether there may be more without a place than get one at once."""
    if not await Row.exists(organization_id=organization_id, position__isnull=True):
        return False
    async with in_transaction():
        await organization_locks.hold_feed(organization_id)
        return len(await fetch(_PLACES, str(organization_id))) == PLACED_AT_ONCE
