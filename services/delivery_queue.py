"""The queue of deliveries as workers use it: leased for a while, sent outside any transaction, settled together.

A lease is a due date in the future: a worker that dies leaves nothing behind that would have to be tidied up, and what it
was sending falls due again by itself. Several workers never lease the same row.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from models import Delivery, DeliveryAttempt, Organization, Webhook
from models.database import fetch, instant, is_postgres
from rules import deliveries as rule
from rules.deliveries import Attempt
from rules.webhooks import DisabledReason
from services import delivery_locks, mail_outbox, webhooks
from services.keyring import Keyring

LEASE = timedelta(seconds=25)
"""Longer than any attempt may take, with time to write down what came of it."""

KEPT = 100
"""How many attempts at a delivery are kept, the latest ones."""

_SETTLED = ("status", "due_at", "lease", "tries", "attempts", "finished_at")
_SKIP = " FOR UPDATE SKIP LOCKED"
# From endpoint to endpoint by the index of what is pending: a long queue of one costs no more than a short one.
_FIRST_DUE = """
    WITH RECURSIVE waiting(webhook_id) AS (
        SELECT * FROM (
            SELECT webhook_id FROM delivery WHERE due_at IS NOT NULL ORDER BY webhook_id LIMIT 1
        ) AS first
        UNION ALL
        SELECT (
            SELECT next.webhook_id FROM delivery AS next
            WHERE next.due_at IS NOT NULL AND next.webhook_id > waiting.webhook_id ORDER BY next.webhook_id LIMIT 1
        )
        FROM waiting WHERE waiting.webhook_id IS NOT NULL
    )
    SELECT webhook.id, webhook.organization_id, first_due.due_at FROM (
        SELECT webhook_id, (
            SELECT soonest.due_at FROM delivery AS soonest
            WHERE soonest.webhook_id = waiting.webhook_id AND soonest.due_at IS NOT NULL
            ORDER BY soonest.due_at LIMIT 1
        ) AS due_at
        FROM waiting WHERE webhook_id IS NOT NULL
    ) AS first_due
    JOIN webhook ON webhook.id = first_due.webhook_id AND webhook.disabled_at IS NULL
    WHERE first_due.due_at <= $1
    ORDER BY first_due.due_at
"""


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery for one worker to send: where to, what, and signed with which secrets, the present one first."""

    id: UUID
    lease: UUID
    webhook_id: UUID
    url: str
    event_id: UUID
    body: bytes
    secrets: tuple[str, ...]
    tries: int


@dataclass(frozen=True, slots=True)
class Due:
    """An endpoint that something is due for, and whose it is."""

    webhook_id: UUID
    organization_id: UUID


@dataclass(frozen=True, slots=True)
class Disabled:
    """An endpoint that was disabled by what came of its deliveries."""

    webhook_id: UUID
    reason: DisabledReason


async def due_webhooks(now: datetime, busy: Collection[UUID] = (), most: int = 100) -> list[Due]:
    """The enabled endpoints that something is due for, who has waited longest first, without those that are busy."""
    rows = await fetch(_FIRST_DUE, now)
    waiting = [Due(UUID(str(row["id"])), UUID(str(row["organization_id"]))) for row in rows]
    return [due for due in waiting if due.webhook_id not in busy][:most]


async def lease(webhook_id: UUID, most: int, now: datetime, keyring: Keyring) -> list[Leased]:
    """Some of what is due for an endpoint, for the caller alone while the lease lasts."""
    webhook = await Webhook.get_or_none(id=webhook_id, disabled_at__isnull=True)
    if webhook is None:
        return []
    secrets = _secrets(webhook, keyring, now)
    mark = uuid4()
    skip = _SKIP if is_postgres() else ""
    due = f"SELECT id FROM delivery WHERE webhook_id = $1 AND due_at <= $2 ORDER BY due_at LIMIT {int(most)}{skip}"  # noqa: S608  # a number
    marked = await fetch(
        # Looked up once: within IN, PostgreSQL may look again for every row, and find others each time.
        f"WITH due AS MATERIALIZED ({due}) UPDATE delivery SET lease = $3, due_at = $4"  # noqa: S608  # constants
        " WHERE id IN (SELECT id FROM due) AND due_at <= $2 RETURNING id",
        str(webhook_id),
        now,
        str(mark),
        now + LEASE,
    )
    rows = await Delivery.filter(id__in=[row["id"] for row in marked]).select_related("event") if marked else []
    return [
        Leased(row.id, mark, webhook_id, webhook.url, row.event_id, bytes(row.event.body), secrets, row.tries)
        for row in sorted(rows, key=lambda row: row.created_at)
    ]


async def settle(
    done: Sequence[tuple[Leased, Attempt]], schedule: Sequence[timedelta], chance: Callable[[], float], now: datetime
) -> list[Disabled]:
    """Attempts are written down, each delivery is done or due again, and an endpoint that is gone for good is disabled."""
    async with in_transaction():
        present = await _held({leased.webhook_id for leased, _ in done})
        # As it is now: the schedule begins anew when somebody asks for a delivery while it is being sent.
        held = {row.id: row for row in await delivery_locks.hold([leased.id for leased, _ in done])}
        rows = []
        for leased, attempt in sorted(done, key=lambda each: str(each[0].id)):
            if row := held.get(leased.id):
                after = rule.after(attempt, row.tries + 1, schedule, chance(), now)
                rows.append(_row(leased, attempt, await _settle(row, leased, attempt, after, now)))
        await DeliveryAttempt.bulk_create(rows)
        made = defaultdict(list)
        for leased, attempt in done:
            made[leased.webhook_id, leased.url].append(attempt)
        # An endpoint that has another address by now answers for nothing that came of the one before.
        judged = [await _judge(webhook, made[webhook.id, webhook.url], now) for webhook in present]
    return [disabled for disabled in judged if disabled is not None]


async def release(leased: Sequence[Leased], now: datetime) -> None:
    """What was leased and not sent is due at once, for whoever comes next."""
    for each in leased:
        await Delivery.filter(id=each.id, lease=each.lease).update(lease=None, due_at=now)


async def oldest_due(now: datetime) -> datetime | None:
    """Since when the delivery waits that has waited longest, if any is due."""
    rows = await fetch(f"{_FIRST_DUE} LIMIT 1", now)
    return instant(rows[0]["due_at"]) if rows else None


async def clear_away(most: int = 1000) -> int:
    """Deliveries to endpoints that were deleted go, some at a time, and at last the endpoint itself."""
    gone = await Webhook.filter(deleted_at__isnull=False).first()
    if gone is None:
        return 0
    async with in_transaction():
        await Webhook.filter(id=gone.id).select_for_update().first()  # first, as services/webhooks.py says at `keep`
        ids = await Delivery.filter(webhook_id=gone.id).limit(most).values_list("id", flat=True)
        if ids:
            await Delivery.filter(id__in=ids).delete()
        else:
            await Webhook.filter(id=gone.id).delete()
    return max(1, len(ids))


def _secrets(webhook: Webhook, keyring: Keyring, now: datetime) -> tuple[str, ...]:
    sealed = [webhook.secret]
    if webhook.previous_secret and webhook.previous_secret_until and webhook.previous_secret_until > now:
        sealed.append(webhook.previous_secret)
    return tuple(keyring.unseal("webhook secrets", bytes(each)).decode() for each in sealed)


async def _held(webhook_ids: Collection[UUID]) -> list[Webhook]:
    await webhooks.keep(webhook_ids)
    return await Webhook.filter(id__in=list(webhook_ids)).order_by("id")


async def _settle(row: Delivery, leased: Leased, attempt: Attempt, after: rule.Next, now: datetime) -> int:
    """The attempt's number."""
    # What has arrived has arrived, whoever has leased it meanwhile or given it up.
    counts = row.status != "delivered" if rule.is_success(attempt.status) else row.lease == leased.lease
    row.attempts += 1
    if counts:
        row.status, row.due_at, row.lease = after.status, after.due_at, None
        row.tries = 0 if after.status == "delivered" else row.tries + 1
        row.finished_at = None if after.status == "pending" else now
    await row.save(update_fields=_SETTLED)
    if row.attempts > KEPT:
        await DeliveryAttempt.filter(delivery_id=row.id, number__lte=row.attempts - KEPT).delete()
    return row.attempts


def _row(leased: Leased, attempt: Attempt, number: int) -> DeliveryAttempt:
    return DeliveryAttempt(
        id=uuid4(),
        delivery_id=leased.id,
        number=number,
        started_at=attempt.started_at,
        duration_ms=attempt.duration_ms,
        status=attempt.status,
        error=attempt.error[:300] if attempt.error else None,
        answer=attempt.answer,
    )


async def _judge(webhook: Webhook, made: Sequence[Attempt], now: datetime) -> Disabled | None:
    """Whether an endpoint fails, and since when, and whether that is enough."""
    if not made:
        return None
    if any(rule.is_gone(attempt.status) for attempt in made):
        return await _disable(webhook, "gone", now)
    if any(rule.is_success(attempt.status) for attempt in made):
        if webhook.failing_since is not None:
            await Webhook.filter(id=webhook.id).update(failing_since=None, failed_at=None)
        return None
    failed = [attempt.started_at for attempt in made]
    since = rule.failing_since(webhook.failing_since, webhook.failed_at, min(failed))
    await Webhook.filter(id=webhook.id).update(failing_since=since, failed_at=max(failed))
    return await _disable(webhook, "failing", now) if rule.has_failed_too_long(since, now) else None


async def _disable(webhook: Webhook, reason: DisabledReason, now: datetime) -> Disabled | None:
    change: dict[str, Any] = {"disabled_at": now, "disabled_reason": reason}
    if not await Webhook.filter(id=webhook.id, disabled_at__isnull=True).update(**change):
        return None
    organization = await Organization.get(id=webhook.organization_id)
    facts = {"url": webhook.url, "reason": reason}
    await mail_outbox.webhook_disabled(organization.id, organization.email, facts, now)
    return Disabled(webhook.id, reason)
