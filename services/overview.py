"""How an academy stands: its certificates counted, month by month too, and what needs somebody's attention."""

import asyncio
from collections import Counter
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from uuid import UUID
from weakref import WeakValueDictionary

from tortoise.expressions import Q

from models import Certificate, Webhook
from models.database import fetch, is_postgres
from rules import certificates as rule
from rules import months, webhooks
from rules.validity import EXPIRING_FOR
from services import certificates, expiry
from services import webhooks as webhook_service

SHOWN = 5
"""So many of the certificates that expire soon are shown."""
COUNTED = 1000
"""Of those that expire soon, so many are counted, and one more, which says that there are more."""
MONTHS = 12
KEPT_FOR = timedelta(minutes=1)
"""So long does this process keep a large academy's figures. To count is to walk all certificates: 0.3 s for 150,000."""
FEW = 1000
"""So many are counted at every view: in a few milliseconds, and who issues the first one sees it at once."""


@dataclass(frozen=True, slots=True)
class Month:
    """What happened in a month (UTC): certificates earned in it by their date of issue, and those claimed in it."""

    first: date
    issued: int
    claimed: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Certificates by where they stood at `as_of`, and the last twelve months with the one at hand.

    `unclaimed` are those that their holders may still claim.
    """

    as_of: datetime
    issued: int
    in_force: int
    expired: int
    revoked: int
    unclaimed: int
    months: tuple[Month, ...]


@dataclass(frozen=True, slots=True)
class Overview(Figures):
    """The figures, up to a minute old where they are large, and what cannot wait, as it is now.

    `expiring` are the next that expire within 30 days, of `expiring_count` in all, which is counted to 1,001; `failing` are
    endpoints that get no events, or to which none gets through.
    """

    failing: tuple[webhooks.Webhook, ...]
    expiring: tuple[rule.Certificate, ...]
    expiring_count: int


_kept: dict[UUID, Figures] = {}
_counting: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()


async def of(organization_id: UUID, now: datetime) -> Overview:
    """The overview of an organization at a moment."""
    expiring, expiring_count = await _expiring(organization_id, now)
    figures = await _figures(organization_id, now)
    return Overview(
        **{field.name: getattr(figures, field.name) for field in fields(figures)},
        failing=await _failing(organization_id),
        expiring=expiring,
        expiring_count=expiring_count,
    )


async def _figures(organization_id: UUID, now: datetime) -> Figures:
    """An academy's figures are counted by one at a time: whoever comes meanwhile waits, and finds them."""
    counting = _counting.setdefault(organization_id, asyncio.Lock())
    async with counting:
        kept = _kept.get(organization_id)
        if kept is not None and kept.as_of <= now < kept.as_of + KEPT_FOR:
            return kept
        counted = await _counted(organization_id, now)
        for old in [one for one, figures in _kept.items() if figures.as_of + KEPT_FOR <= now]:
            del _kept[old]
        if counted.issued > FEW:
            _kept[organization_id] = counted
    return counted


async def _counted(organization_id: UUID, now: datetime) -> Figures:
    """All in one pass over the certificates, each counted as `rules.validity` decides it, by month of issue and claim."""
    own = "revoked_at IS NULL AND renewed_by_id IS NULL"
    rows = await fetch(
        f"SELECT {_month('issued_at')} AS issued_in, {_month('claimed_at')} AS claimed_in, count(*) AS issued,"  # noqa: S608  # constants
        f" count(CASE WHEN {own} AND (expires_at IS NULL OR expires_at > $2) THEN 1 END) AS in_force,"
        f" count(CASE WHEN {own} AND expires_at <= $2 THEN 1 END) AS expired,"
        " count(revoked_at) AS revoked,"
        f" count(CASE WHEN {own} AND claimed_at IS NULL THEN 1 END) AS unclaimed"
        " FROM certificate WHERE organization_id = $1 GROUP BY 1, 2",
        str(organization_id),
        now,
    )
    issued, claimed = Counter[str](), Counter[str]()
    for row in rows:
        issued[row["issued_in"]] += row["issued"]
        claimed[row["claimed_in"]] += row["issued"]
    totals = {
        name: sum(row[name] for row in rows) for name in ("issued", "in_force", "expired", "revoked", "unclaimed")
    }
    firsts = {first: first.isoformat()[:7] for first in months.last(MONTHS, now)}
    return Figures(now, **totals, months=tuple(Month(day, issued[name], claimed[name]) for day, name in firsts.items()))


def _month(column: str) -> str:
    """The month in which an instant lies, in UTC, as a date begins with it."""
    return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM')" if is_postgres() else f"substr({column}, 1, 7)"


async def _expiring(organization_id: UUID, now: datetime) -> tuple[tuple[rule.Certificate, ...], int]:
    """The first that expire soon, and how many there are: both from the index of what has not expired yet."""
    soon = Certificate.filter(
        **expiry.OPEN, organization_id=organization_id, expires_at__gt=now, expires_at__lte=now + EXPIRING_FOR
    )
    first = [identity for (identity,) in await soon.order_by("expires_at", "id").limit(SHOWN).values_list("id")]
    rows = await certificates.with_all().filter(id__in=first).order_by("expires_at", "id") if first else []
    (counted,) = await fetch(
        "SELECT count(*) AS number FROM (SELECT 1 FROM certificate WHERE organization_id = $1"  # noqa: S608  # constants
        " AND expired_noted_at IS NULL AND revoked_at IS NULL AND renewed_by_id IS NULL"
        f" AND expires_at > $2 AND expires_at <= $3 LIMIT {COUNTED + 1}) AS soon",
        str(organization_id),
        now,
        now + EXPIRING_FOR,
    )
    return tuple(certificates.as_rule(row) for row in rows), int(counted["number"])


async def _failing(organization_id: UUID) -> tuple[webhooks.Webhook, ...]:
    own = Webhook.filter(organization_id=organization_id, deleted_at__isnull=True)
    rows = await own.filter(Q(disabled_at__isnull=False) | Q(failing_since__isnull=False)).order_by("-created_at")
    return tuple(webhook_service.as_rule(row) for row in rows)
