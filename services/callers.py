"""Who acts: an organization, by one of its keys or one of its people."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a request acts for, and by what: a key, a user, or (neither) an operator at the command line."""

    organization_id: UUID
    key_id: UUID | None = None
    user_id: UUID | None = None
