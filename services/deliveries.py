"""Deliveries as the owner of an endpoint sees them: what was sent, what came back, and the same once more."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from tortoise.expressions import F, Q
from tortoise.transactions import in_transaction

from models import Delivery as Row
from models import DeliveryAttempt
from models.database import fetch, instant
from rules.deliveries import DeliveryStatus
from rules.errors import Refused
from rules.events import CERTIFICATE_KINDS, EventKind
from rules.instants import LATEST
from rules.webhooks import Webhook
from services import audit, delivery_locks, webhooks
from services.callers import Caller
from services.delivery_queue import KEPT
from services.pagination import Page

AT_ONCE = 1000
"""How many events one call asks to be sent again at most."""
LOOKED_THROUGH = 5000
"""How many events one call looks through at most."""
LISTED = 20
"""How many attempts a list shows of each delivery, the latest ones."""


@dataclass(frozen=True, slots=True)
class AttemptCard:
    """One request to the endpoint, and what it came to."""

    number: int
    started_at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to an endpoint, or there; the bytes that are sent, and the attempts in their order."""

    id: UUID
    webhook_id: UUID
    event_id: UUID
    kind: EventKind
    body: bytes
    status: DeliveryStatus
    attempts: tuple[AttemptCard, ...]
    next_attempt_at: datetime | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sought:
    """Which deliveries of an endpoint, and which page of them: what lies before an instant and, at it, before an id."""

    status: DeliveryStatus | None
    before: tuple[datetime, UUID] | None
    limit: int


@dataclass(frozen=True, slots=True)
class Range:
    """Events from one instant to before another (None: up to now), those that never arrived or all."""

    since: datetime
    until: datetime | None
    only: Literal["missed", "all"]


@dataclass(frozen=True, slots=True)
class _Event:
    id: UUID
    created_at: datetime
    delivery_id: UUID | None
    fits: bool


@dataclass(frozen=True, slots=True)
class Redelivered:
    """How many events are sent again, and from which instant on to ask for more, where there is more."""

    queued: int
    resume_from: datetime | None


async def page(organization_id: UUID, webhook_id: UUID, sought: Sought) -> Page[Delivery]:
    """The deliveries of an endpoint, newest first, each with its latest attempts."""
    webhook = await webhooks.read(organization_id, webhook_id)
    found = Row.filter(webhook_id=webhook_id)
    if sought.status is not None:
        found = found.filter(status=sought.status)
    if sought.before is not None:
        instant, identity = sought.before
        found = found.filter(Q(created_at__lt=instant) | Q(id__lt=identity), created_at__lte=instant)
    rows = await found.order_by("-created_at", "-id").limit(sought.limit + 1).select_related("event")
    return Page(await _shown(rows[: sought.limit], enabled=webhook.enabled), has_more=len(rows) > sought.limit)


async def read(organization_id: UUID, webhook_id: UUID, delivery_id: UUID) -> Delivery:
    """One delivery of an endpoint, with every attempt that is kept."""
    webhook = await webhooks.read(organization_id, webhook_id)
    row = await Row.get_or_none(id=delivery_id, webhook_id=webhook_id).select_related("event")
    if row is None:
        raise Refused("not_found", "Delivery not found or does not belong to this webhook")
    return (await _shown([row], KEPT, enabled=webhook.enabled))[0]


async def redeliver(caller: Caller, webhook_id: UUID, delivery_id: UUID, now: datetime) -> Delivery:
    """An event is sent to an endpoint once more, at once and on a schedule of its own, whatever became of it before."""
    async with in_transaction():
        await read(caller.organization_id, webhook_id, delivery_id)
        webhook = await _enabled(caller.organization_id, webhook_id)
        await _again([delivery_id], now)
        queued = await read(caller.organization_id, webhook_id, delivery_id)
        told = {"url": webhooks.told_url(webhook), "delivery": delivery_id}
        await audit.record(caller, "redeliver", webhook_id, (audit.NOTHING, told), now)
    return queued


async def redeliver_range(caller: Caller, webhook_id: UUID, wanted: Range, now: datetime) -> Redelivered:
    """The events of a time that an endpoint takes are sent to it again, those it was never sent included.

    Only so many events are looked through at a time, so that no call grows with the history.
    """
    async with in_transaction():
        await webhooks.keep([webhook_id])
        webhook = await _enabled(caller.organization_id, webhook_id)
        events = await _events(caller.organization_id, webhook, wanted)
        fitting = [event for event in events[:LOOKED_THROUGH] if event.fits]
        chosen = fitting[:AT_ONCE]
        await _again([event.delivery_id for event in chosen if event.delivery_id is not None], now)
        await _first(webhook_id, [event.id for event in chosen if event.delivery_id is None], now)
        if chosen:
            told = {
                "url": webhooks.told_url(webhook),
                "since": wanted.since,
                "until": wanted.until,
                "events": len(chosen),
            }
            await audit.record(caller, "redeliver_range", webhook_id, (audit.NOTHING, told), now)
    rest = [*fitting[AT_ONCE:], *events[LOOKED_THROUGH:]]
    return Redelivered(len(chosen), min((event.created_at for event in rest), default=None))


async def _events(organization_id: UUID, webhook: Webhook, wanted: Range) -> list[_Event]:
    """The first events of a time, and of each whether it is wanted again."""
    own = "FROM delivery WHERE webhook_id = $4 AND event_id = happened.id"
    rows = await fetch(
        f"SELECT id, created_at, kind, (SELECT delivery.id {own}) AS delivery_id, (SELECT status {own}) AS status FROM ("  # noqa: S608  # constants
        " SELECT id, created_at, kind FROM event WHERE organization_id = $1 AND created_at >= $2 AND created_at < $3"
        f" ORDER BY created_at, id LIMIT {LOOKED_THROUGH + 1}) AS happened ORDER BY created_at, id",
        str(organization_id),
        wanted.since,
        wanted.until or LATEST,
        str(webhook.id),
    )
    kinds = webhook.events or CERTIFICATE_KINDS
    return [
        _Event(
            id=UUID(str(row["id"])),
            created_at=instant(row["created_at"]),
            delivery_id=UUID(str(row["delivery_id"])) if row["delivery_id"] else None,
            fits=row["kind"] in kinds and (wanted.only == "all" or row["status"] != "delivered"),
        )
        for row in rows
    ]


async def _enabled(organization_id: UUID, webhook_id: UUID) -> Webhook:
    webhook = await webhooks.read(organization_id, webhook_id)
    if not webhook.enabled:
        raise Refused("conflict", "This webhook is disabled. Enable it first: then it is sent events again.")
    return webhook


async def _again(deliveries: Sequence[UUID], now: datetime) -> None:
    """Due at once, on a schedule that begins anew. One that is being sent right now is left at that, with a new schedule."""
    if not await delivery_locks.hold(deliveries):
        return
    these = Row.filter(id__in=list(deliveries))
    resting = Q(lease__isnull=True) | Q(due_at__lte=now)
    await these.filter(resting).update(status="pending", due_at=now, tries=0, lease=None, finished_at=None)
    await these.filter(lease__isnull=False).update(tries=0)


async def _first(webhook_id: UUID, events: Sequence[UUID], now: datetime) -> None:
    rows = [
        Row(id=uuid4(), webhook_id=webhook_id, event_id=event_id, status="pending", due_at=now, created_at=now)
        for event_id in events
    ]
    if rows:
        await Row.bulk_create(rows, ignore_conflicts=True)


async def _shown(rows: Sequence[Row], most: int = LISTED, *, enabled: bool) -> list[Delivery]:
    ids = [row.id for row in rows]
    latest = DeliveryAttempt.filter(delivery__id__in=ids, number__gt=F("delivery__attempts") - most)
    made = defaultdict(list)
    for attempt in await latest.order_by("number") if ids else []:
        made[attempt.delivery_id].append(_card(attempt))
    return [_delivery(row, tuple(made[row.id]), enabled=enabled) for row in rows]


def _card(row: DeliveryAttempt) -> AttemptCard:
    return AttemptCard(row.number, row.started_at, row.duration_ms, row.status, row.error, row.answer)


def _delivery(row: Row, attempts: tuple[AttemptCard, ...], *, enabled: bool) -> Delivery:
    return Delivery(
        id=row.id,
        webhook_id=row.webhook_id,
        event_id=row.event_id,
        kind=row.event.kind,  # type: ignore[arg-type]  # one of the kinds
        body=bytes(row.event.body),
        status=row.status,  # type: ignore[arg-type]  # one of the three
        attempts=attempts,
        next_attempt_at=row.due_at if row.lease is None and enabled else None,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
