"""Repeating a request: the first successful answer is kept with the change itself, and given again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.transactions import in_transaction

from models import IdempotencyRecord
from models.database import is_lock_timeout
from models.identities import fresh
from models.statements import idempotency as statements
from models.statements.idempotency import Kept
from rules.errors import Refused
from rules.idempotency import LIFETIME
from services.keyring import Keyring, Unreadable

FORGOTTEN_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Repetition:
    """A request that may be repeated: whose it is, under which key, and what it asks for."""

    organization_id: UUID
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it is kept, and whether it is given again."""

    status: int
    location: str | None
    body: bytes
    replayed: bool = False


async def once(
    request: Repetition, act: Callable[[], Awaitable[KeptAnswer]], keyring: Keyring, now: datetime
) -> KeptAnswer:
    """Carry a request out, or answer as the first one with its key did within 24 hours.

    The change and the kept answer commit together. Answers are kept sealed, since some hold a secret. Of several requests
    at once the others wait for the first: on PostgreSQL by a lock on the key, on SQLite by the one write lock. What `act`
    raises is not kept.
    """
    async with in_transaction():
        await _one_at_a_time(request)
        found = await statements.kept(request.organization_id, request.key)
        if found is not None:
            if _lasts(found, now):
                return _replayed(found, request, keyring)
            await statements.drop(request.organization_id, request.key)
        answer = await act()
        await _keep(request, answer, keyring, now)
        return answer


async def kept(request: Repetition, keyring: Keyring, now: datetime) -> KeptAnswer | None:
    """The answer that the first request with this key was given, if there was one and it is kept still."""
    found = await statements.kept(request.organization_id, request.key)
    return _replayed(found, request, keyring) if found is not None and _lasts(found, now) else None


async def forget(now: datetime) -> int:
    """Drop some of the answers that are kept no longer, and say how many."""
    old = IdempotencyRecord.filter(created_at__lte=now - LIFETIME)
    ids = [identity for (identity,) in await old.order_by("created_at").limit(FORGOTTEN_AT_ONCE).values_list("id")]
    return await IdempotencyRecord.filter(id__in=ids).delete() if ids else 0


async def _one_at_a_time(request: Repetition) -> None:
    try:
        await statements.one_at_a_time(request.organization_id, request.key)
    except Exception as fault:
        if not is_lock_timeout(fault):
            raise
        message = "A request with this Idempotency-Key is still running. Repeat it in a moment."
        raise Refused("conflict", message, retry_after=1) from fault


def _lasts(found: Kept, now: datetime) -> bool:
    return found.created_at > now - LIFETIME


def _replayed(found: Kept, request: Repetition, keyring: Keyring) -> KeptAnswer:
    if found.fingerprint != request.fingerprint:
        message = "This Idempotency-Key was used for another request. Use a new key for each new request."
        raise Refused("unprocessable_entity", message, field="Idempotency-Key")
    try:
        body = keyring.unseal("kept answers", found.body) if found.sealed else found.body
    except Unreadable:
        message = (
            "The request was carried out, but its answer can no longer be read: the service's secret key was replaced."
        )
        raise Refused("conflict", message) from None
    return KeptAnswer(found.status, found.location, body, replayed=True)


async def _keep(request: Repetition, answer: KeptAnswer, keyring: Keyring, now: datetime) -> None:
    row = {
        "id": fresh(),
        "organization_id": request.organization_id,
        "key": request.key,
        "fingerprint": request.fingerprint,
        "status": answer.status,
        "location": answer.location,
        "body": keyring.seal("kept answers", answer.body),
        "sealed": True,
        "created_at": now,
    }
    await statements.keep(row)
