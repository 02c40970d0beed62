"""The audit log: written with the change itself, as the last thing of its transaction.

Last, because an entry takes an instant that is its organization's alone, and whoever wants the same one waits until this
transaction ends: nobody who waits so may hold back others by what he does after it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from models import AuditEntry
from models.identities import fresh
from models.statements.inserts import New, Row
from rules import differences, instants
from services import unique_instants
from services.callers import Caller
from services.pagination import Page

TABLE = "audit_entry"
Who = Literal["user", "key", "operator"]
NOTHING: Mapping[str, object] = {}
Change = tuple[Mapping[str, object], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that somebody changed: what was before and what is after it, as far as the log tells.

    `name` is the person's or the key's; an operator at the command line has none.
    """

    id: UUID
    at: datetime
    who: Who
    name: str | None
    action: str
    subject: str
    before: dict[str, object]
    after: dict[str, object]


async def page(organization_id: UUID, before: datetime | None, limit: int) -> Page[Entry]:
    """What was changed in an organization, the latest first."""
    found = AuditEntry.filter(organization_id=organization_id).select_related("api_key", "user")
    found = found if before is None else found.filter(created_at__lt=before)
    rows = await found.order_by("-created_at").limit(limit + 1)
    return Page([_entry(row) for row in rows[:limit]], has_more=len(rows) > limit)


async def record(  # what is told, and what else is written
    caller: Caller, action: str, subject: str | UUID, change: Change, now: datetime, beside: Sequence[New] = ()
) -> None:
    """A caller did something (named as in the contract) to something; `change` is what was before and what is after it.

    `beside` are new rows that the same statement inserts, to save a round trip: such as wait for nobody.
    """
    await unique_instants.insert(TABLE, entry(caller, action, subject, change, now), beside=beside)


def entry(caller: Caller, action: str, subject: str | UUID, change: Change, now: datetime) -> Row:
    """The row of an entry."""
    before, after = change
    return {
        "id": fresh(),
        "organization_id": caller.organization_id,
        "api_key_id": caller.key_id,
        "user_id": caller.user_id,
        "action": action,
        "subject": str(subject),
        "before": _written(before),
        "after": _written(after),
        "created_at": now,
    }


async def record_difference(caller: Caller, action: str, subject: str | UUID, change: Change, now: datetime) -> None:
    """The same for what may have changed or not: told are only the members that did, and nothing where none did."""
    before, after = differences.between(*change)
    if before or after:
        await record(caller, action, subject, (before, after), now)


def _entry(row: AuditEntry) -> Entry:
    who, name = _who(row)
    return Entry(
        id=row.id,
        at=row.created_at,
        who=who,
        name=name,
        action=row.action,
        subject=row.subject,
        before=json.loads(row.before),
        after=json.loads(row.after),
    )


def _who(row: AuditEntry) -> tuple[Who, str | None]:
    if row.user is not None:
        return "user", row.user.name or row.user.email
    if row.api_key is not None:
        return "key", row.api_key.name
    return "operator", None


def _written(side: Mapping[str, object]) -> str:
    return _JSON.encode(side) if side else "{}"


def _shown(value: object) -> str:
    return instants.show(value) if isinstance(value, datetime) else str(value)


_JSON = json.JSONEncoder(ensure_ascii=False, default=_shown)
