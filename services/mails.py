"""Mails on their way: taken from the outbox by a worker, sent, tried again, given up only after days.

Rows of the outbox hold no text. It is made when the mail is sent, from what is true then: a correction made before that is
in it, and no link that claims a certificate ever lies in the database.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from models import Mail
from models.database import fetch, is_postgres, rows
from rules import certificates, organizations, retries
from rules.account_links import AccountLink
from services import accounts, certificate_rows
from services import organizations as organization_service
from services.mail_outbox import MailKind

LEASE = timedelta(seconds=90)
"""How long whoever sends a mail is left alone with it."""
PAUSES = retries.schedule("5s,15s,30s,1m,5m,15m,1h,3h,6h,12h,24h,24h")
_SENT = """UPDATE mail SET sent_at = $1, due_at = NULL, lease = NULL, last_error = NULL
WHERE id = $2 AND sent_at IS NULL RETURNING id"""
_CLAIMING = ("claim", "claim_again")
_TO_PEOPLE = ("invitation", "password_reset")


@dataclass(frozen=True, slots=True)
class LeasedMail:
    """A mail for one worker to send, with all that its text is made from; `link` is what a person's link is to be for."""

    id: UUID
    lease: UUID
    kind: MailKind
    recipient: str
    organization: organizations.Organization
    certificate: certificates.Certificate | None
    facts: Mapping[str, str]
    tries: int
    created_at: datetime
    link: AccountLink | None = None


async def lease(most: int, now: datetime) -> list[LeasedMail]:
    """Some mails that are due, for the caller alone for a while. What has become pointless is dropped instead."""
    mark = uuid4()
    skip = " FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    due = f"SELECT id FROM mail WHERE due_at <= $1 ORDER BY due_at LIMIT {int(most)}{skip}"  # noqa: S608  # a number
    found = await fetch(
        # Looked up once: within IN, PostgreSQL may look again for every row, and find others each time.
        f"WITH due AS MATERIALIZED ({due}) UPDATE mail SET lease = $2, due_at = $3"  # noqa: S608  # constants
        " WHERE id IN (SELECT id FROM due) AND due_at <= $1 RETURNING id",
        now,
        str(mark),
        now + LEASE,
    )
    waiting = await Mail.filter(id__in=[row["id"] for row in found]).order_by("created_at", "id") if found else []
    leased = [await _leased(mail, mark) for mail in waiting]
    for mail in leased:
        if is_pointless(mail):
            await Mail.filter(id=mail.id).delete()
    return [mail for mail in leased if not is_pointless(mail)]


def is_pointless(mail: LeasedMail) -> bool:
    """Nobody is asked to claim what is claimed, or to join what is joined; nor told of what was withdrawn meanwhile."""
    certificate = mail.certificate
    if certificate is None:
        return mail.kind in _TO_PEOPLE and mail.link is None
    return certificate.revoked_at is not None or (mail.kind in _CLAIMING and certificate.claimed_at is not None)


async def sent(mail: LeasedMail, now: datetime) -> None:
    """The mail server has taken it."""
    await rows(_SENT, now, mail.id)


async def failed(mail: LeasedMail, error: str, *, for_good: bool, now: datetime, chance: float = 0.0) -> None:
    """The mail server has not taken it: it is tried again after growing pauses, unless it was refused for good.

    `chance` is as for `rules.retries.pause`.
    """
    tries = mail.tries + 1
    pause = None if for_good else retries.pause(PAUSES, tries, chance, None)
    change = {
        "tries": tries,
        "lease": None,
        "last_error": error[:300],
        "due_at": None if pause is None else now + pause,
        "gave_up_at": now if pause is None else None,
    }
    await Mail.filter(id=mail.id, lease=mail.lease, sent_at__isnull=True).update(**change)


async def release(leased: Sequence[LeasedMail], now: datetime) -> None:
    """What was leased and not offered to the mail server is due at once, and no try is counted."""
    for mail in leased:
        await Mail.filter(id=mail.id, lease=mail.lease, sent_at__isnull=True).update(lease=None, due_at=now)


async def oldest_due(now: datetime) -> datetime | None:
    """Since when the mail waits that has waited longest, if any is due."""
    first = await Mail.filter(due_at__lte=now).order_by("due_at").first()
    return first.due_at if first else None


async def _leased(mail: Mail, mark: UUID) -> LeasedMail:
    certificate = None if mail.certificate_id is None else await certificate_rows.of_id(mail.certificate_id)
    facts = json.loads(mail.facts)
    return LeasedMail(
        id=mail.id,
        lease=mark,
        kind=mail.kind,  # type: ignore[arg-type]  # one of the kinds
        recipient=mail.recipient,
        organization=certificate.organization if certificate else await organization_service.read(mail.organization_id),
        certificate=certificate,
        facts=facts,
        tries=mail.tries,
        created_at=mail.created_at,
        link=await accounts.link_of(facts),
    )
