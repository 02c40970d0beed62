"""Mails on their way: taken from the outbox by a worker, sent, tried again, given up only after days.

Rows of the outbox hold no text. It is made when the mail is sent, from what is true then: a correction made before that is
in it, and no link that claims a certificate ever lies in the database.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from models import Mail
from models.statements import certificates as certificate_statements
from models.statements import mails as statements
from rules import certificates, courses, organizations, retries
from rules.account_links import AccountLink
from services import accounts
from services import organizations as organization_service
from services.mail_outbox import MailKind

LEASE = timedelta(seconds=90)
"""How long whoever sends a mail is left alone with it."""
PAUSES = retries.schedule("5s,15s,30s,1m,5m,15m,1h,3h,6h,12h,24h,24h")
_CLAIMING = ("claim", "claim_again")
_TO_PEOPLE = ("invitation", "password_reset")
_MAIL = len(statements.OWN.names)
_CERTIFICATE = _MAIL + len(certificate_statements.OWN.names)
_COURSE = _CERTIFICATE + len(courses.Course._fields)


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
    found = await statements.lease(mark, most, now, now + LEASE)
    leased = [await _leased(row, mark) for row in await statements.of_ids(found)] if found else []
    pointless = [mail.id for mail in leased if is_pointless(mail)]
    if pointless:
        await Mail.filter(id__in=pointless).delete()
    return [mail for mail in leased if mail.id not in pointless]


def is_pointless(mail: LeasedMail) -> bool:
    """Nobody is asked to claim what is claimed, or to join what is joined; nor told of what was withdrawn meanwhile."""
    certificate = mail.certificate
    if certificate is None:
        return mail.kind in _TO_PEOPLE and mail.link is None
    return certificate.revoked_at is not None or (mail.kind in _CLAIMING and certificate.claimed_at is not None)


async def sent(mail: LeasedMail, now: datetime) -> None:
    """The mail server has taken it."""
    await statements.sent(mail.id, now)


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
    ids, marks = [mail.id for mail in leased], {mail.lease for mail in leased}
    await Mail.filter(id__in=ids, lease__in=marks, sent_at__isnull=True).update(lease=None, due_at=now)


async def oldest_due(now: datetime) -> datetime | None:
    """Since when the mail waits that has waited longest, if any is due."""
    first = await Mail.filter(due_at__lte=now).order_by("due_at").first()
    return first.due_at if first else None


async def _leased(row: Sequence[Any], mark: UUID) -> LeasedMail:
    mail_id, kind, recipient, written, tries, created_at = row[:_MAIL]
    organization, facts = organization_service.of_row(row[_COURSE:]), json.loads(written)
    return LeasedMail(
        id=mail_id,
        lease=mark,
        kind=kind,
        recipient=recipient,
        organization=organization,
        certificate=_certificate(row[_MAIL:_CERTIFICATE], row[_CERTIFICATE:_COURSE], organization),
        facts=facts,
        tries=tries,
        created_at=created_at,
        link=await accounts.link_of(facts),
    )


def _certificate(
    own: Sequence[Any], course: Sequence[Any], organization: organizations.Organization
) -> certificates.Certificate | None:
    """The one that a mail is about, if it is about one."""
    if own[0] is None:
        return None
    return certificates.Certificate._make((*own[:4], courses.Course._make(course), organization, *own[4:]))
