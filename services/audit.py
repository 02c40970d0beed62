"""The audit log: written with the change itself."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from services import unique_instants
from services.callers import Caller


async def record(
    caller: Caller,
    action: str,
    subject: str,
    change: tuple[Mapping[str, object], Mapping[str, object]],
    now: datetime,
) -> None:
    """A caller did something (named as in the contract) to something; `change` is what was before and what is after it."""
    before, after = (json.dumps(side, ensure_ascii=False) for side in change)
    row = {
        "id": str(uuid4()),
        "organization_id": str(caller.organization_id),
        "api_key_id": None if caller.key_id is None else str(caller.key_id),
        "user_id": None if caller.user_id is None else str(caller.user_id),
        "action": action,
        "subject": subject,
        "before": before,
        "after": after,
        "created_at": now,
    }
    await unique_instants.insert("audit_entry", row)
