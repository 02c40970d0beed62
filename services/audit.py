"""The audit log: written with the change itself, as the last thing of its transaction.

Last, because an entry takes an instant that is its organization's alone, and whoever wants the same one waits until this
transaction ends: nobody who waits so may hold back others by what he does after it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from models import AuditEntry
from rules import differences, instants
from services import unique_instants
from services.callers import Caller
from services.pagination import Page

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


async def record(caller: Caller, action: str, subject: str | UUID, change: Change, now: datetime) -> None:
    """A caller did something (named as in the contract) to something; `change` is what was before and what is after it."""
    before, after = (json.dumps(side, ensure_ascii=False, default=_shown) for side in change)
    row = {
        "id": str(uuid4()),
        "organization_id": str(caller.organization_id),
        "api_key_id": None if caller.key_id is None else str(caller.key_id),
        "user_id": None if caller.user_id is None else str(caller.user_id),
        "action": action,
        "subject": str(subject),
        "before": before,
        "after": after,
        "created_at": now,
    }
    await unique_instants.insert("audit_entry", row)


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


def _shown(value: object) -> str:
    return instants.show(value) if isinstance(value, datetime) else str(value)
