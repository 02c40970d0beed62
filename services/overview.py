"""How an academy stands: its certificates counted, month by month too, and what needs somebody's attention."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tortoise.expressions import Q

from models import Certificate, Webhook
from models.database import fetch, is_postgres
from rules import certificates as rule
from rules import months, webhooks
from rules.validity import EXPIRING_FOR
from services import certificates
from services import webhooks as webhook_service

SHOWN = 5
"""So many of the certificates that expire soon are shown."""
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """What happened in a month (UTC): certificates earned in it by their date of issue, and those claimed in it."""

    first: date
    issued: int
    claimed: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Certificates by where they stand, the last twelve months with the present one, and what cannot wait.

    `unclaimed` are those that their holders may still claim. `expiring` are the next that expire within 30 days, of
    `expiring_count` in all; `failing` are endpoints that get no events, or to which none gets through.
    """

    issued: int
    in_force: int
    expired: int
    revoked: int
    unclaimed: int
    months: tuple[Month, ...]
    failing: tuple[webhooks.Webhook, ...]
    expiring: tuple[rule.Certificate, ...]
    expiring_count: int


async def of(organization_id: UUID, now: datetime) -> Overview:
    """The overview of an organization at a moment."""
    counted = await _counted(organization_id, now)
    soon = Certificate.filter(
        organization_id=organization_id,
        revoked_at__isnull=True,
        renewed_by_id__isnull=True,
        expires_at__gt=now,
        expires_at__lte=now + EXPIRING_FOR,
    )
    first = [identity for (identity,) in await soon.order_by("expires_at", "id").limit(SHOWN).values_list("id")]
    rows = await certificates.with_all().filter(id__in=first).order_by("expires_at", "id") if first else []
    return Overview(
        **counted,
        months=await _months(organization_id, now),
        failing=await _failing(organization_id),
        expiring=tuple(certificates.as_rule(row) for row in rows),
        expiring_count=await soon.count(),
    )


async def _counted(organization_id: UUID, now: datetime) -> dict[str, int]:
    """All in one pass over the certificates, each counted as `rules.validity` decides it."""
    own = "revoked_at IS NULL AND renewed_by_id IS NULL"
    (row,) = await fetch(
        "SELECT count(*) AS issued,"  # noqa: S608  # constants
        f" count(CASE WHEN {own} AND (expires_at IS NULL OR expires_at > $2) THEN 1 END) AS in_force,"
        f" count(CASE WHEN {own} AND expires_at <= $2 THEN 1 END) AS expired,"
        " count(revoked_at) AS revoked,"
        f" count(CASE WHEN {own} AND claimed_at IS NULL THEN 1 END) AS unclaimed"
        " FROM certificate WHERE organization_id = $1",
        str(organization_id),
        now,
    )
    return {name: int(number) for name, number in row.items()}


async def _months(organization_id: UUID, now: datetime) -> tuple[Month, ...]:
    firsts = months.last(MONTHS, now)
    issued = await _by_month("issued_at", organization_id, firsts[0])
    claimed = await _by_month("claimed_at", organization_id, firsts[0])
    return tuple(Month(first, issued.get(first, 0), claimed.get(first, 0)) for first in firsts)


async def _by_month(column: str, organization_id: UUID, since: date) -> dict[date, int]:
    month = f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM')" if is_postgres() else f"substr({column}, 1, 7)"
    rows = await fetch(
        f"SELECT {month} AS month, count(*) AS number FROM certificate"  # noqa: S608  # names of columns
        f" WHERE organization_id = $1 AND {column} >= $2 GROUP BY 1",
        str(organization_id),
        months.begins(since),
    )
    return {date.fromisoformat(f"{row['month']}-01"): int(row["number"]) for row in rows}


async def _failing(organization_id: UUID) -> tuple[webhooks.Webhook, ...]:
    own = Webhook.filter(organization_id=organization_id, deleted_at__isnull=True)
    rows = await own.filter(Q(disabled_at__isnull=False) | Q(failing_since__isnull=False)).order_by("-created_at")
    return tuple(webhook_service.as_rule(row) for row in rows)
