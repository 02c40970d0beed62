"""API keys: made once, known by their hash, revocable within a second."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from models import ApiKey
from models.statements import api_keys as statements
from rules import api_keys, text
from rules.errors import Refused
from services import audit
from services.callers import Caller
from services.remembered_keys import RememberedKeys

NOT_FOUND = "No API key has this id."
_REMEMBERED = RememberedKeys()


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. `secret` is shown this once and kept nowhere."""

    id: UUID
    secret: str


@dataclass(frozen=True, slots=True)
class KeyCard:
    """What an owner sees of a key afterwards."""

    id: UUID
    name: str
    hint: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


async def create(caller: Caller, name: str, now: datetime) -> NewKey:
    """A new key acts for its organization from now on."""
    secret = api_keys.mint(secrets.choice)
    name, hint = text.line(name, field="name", longest=200), api_keys.hint(secret)
    async with in_transaction():
        key = await ApiKey.create(
            id=uuid4(),
            organization_id=caller.organization_id,
            name=name,
            key_hash=api_keys.digest(secret),
            hint=hint,
            created_at=now,
        )
        await audit.record(caller, "create_api_key", key.id, (audit.NOTHING, {"name": name, "hint": hint}), now)
    return NewKey(key.id, secret)


def remembered(secret: str) -> Caller | None:
    """Whom a key stood for a moment ago, where this process knows that without asking the database."""
    return _REMEMBERED.find(api_keys.digest(secret)) if len(secret) == api_keys.LENGTH else None


async def caller(secret: str) -> Caller | None:
    """Whom a key stands for; None for one that is malformed, unknown or revoked.

    A revoked key is refused from a second later on, and at once where this process revoked it.
    """
    return remembered(secret) or await _asked(secret)


async def _asked(secret: str) -> Caller | None:
    if not api_keys.is_well_formed(secret):
        return None
    digest, asked = api_keys.digest(secret), _REMEMBERED.asking()
    row = await statements.standing(digest)
    if row is None:
        return None
    found = Caller(*row)
    _REMEMBERED.note(digest, found, asked)
    return found


async def list_of(organization_id: UUID) -> list[KeyCard]:
    """The keys of an organization, newest first."""
    keys = await ApiKey.filter(organization_id=organization_id).order_by("-created_at")
    return [KeyCard(k.id, k.name, k.hint, k.created_at, k.last_used_at, k.revoked_at) for k in keys]


async def owner(key_id: UUID) -> UUID:
    """The id of the organization that a key is of, revoked or not."""
    found = await ApiKey.get_or_none(id=key_id)
    if found is None:
        raise Refused("not_found", NOT_FOUND)
    return found.organization_id


async def revoke(caller: Caller, key_id: UUID, now: datetime) -> None:
    """A revoked key is refused within a second, here from its next request on. Revoking it again changes nothing."""
    try:
        await _revoke(caller, key_id, now)
    finally:  # however it ended: it may have been committed
        _REMEMBERED.forget()


async def _revoke(caller: Caller, key_id: UUID, now: datetime) -> None:
    async with in_transaction():
        own = ApiKey.filter(id=key_id, organization_id=caller.organization_id)
        key = await own.first()
        if key is None:
            raise Refused("not_found", NOT_FOUND)
        if await own.filter(revoked_at__isnull=True).update(revoked_at=now):
            known = {"name": key.name, "hint": key.hint}
            await audit.record(caller, "revoke_api_key", key_id, (known, {**known, "revoked_at": now}), now)


class Usage:
    """When each key was last used, noted in memory and written now and then: a request costs no write."""

    def __init__(self) -> None:
        self._latest: dict[UUID, datetime] = {}

    def note(self, key_id: UUID, now: datetime) -> None:
        """A key was used."""
        self._latest[key_id] = now

    async def flush(self) -> None:
        """Write what was noted. What cannot be written stays noted for the next time."""
        noted, self._latest = self._latest, {}
        try:
            for key_id, instant in noted.items():
                # Other processes note the same key: the later instant stays.
                earlier = Q(last_used_at__isnull=True) | Q(last_used_at__lt=instant)
                await ApiKey.filter(earlier, id=key_id).update(last_used_at=instant)
        except BaseException:
            self._latest = {**noted, **self._latest}
            raise
