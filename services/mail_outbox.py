"""The outbox of mails: each is put in with the change that it tells of, or not at all. services/mails.py takes them out."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from models import Mail
from rules import certificates
from rules.errors import Refused

A_DAY = timedelta(days=1)
MOST_A_DAY = 5
NO_PAUSE = timedelta(0)
MailKind = Literal[
    "claim", "claim_again", "renewed", "webhook_disabled", "invitation", "password_reset", "password_changed"
]


async def claim(certificate: certificates.Certificate, now: datetime) -> None:
    """The holder is asked to claim. Belongs into the transaction of the change."""
    await _enqueue("claim", certificate, now)


async def claim_again(certificate: certificates.Certificate, now: datetime, pause: timedelta = NO_PAUSE) -> None:
    """The holder is asked once more, at most five times a day, and not before a pause; what was not sent yet is replaced."""
    await _throttle(certificate.id, pause, now)
    await cancel(certificate.id)
    await _enqueue("claim_again", certificate, now)


async def renewed(certificate: certificates.Certificate, now: datetime) -> None:
    """A holder who had claimed is told of the certificate that takes the old one's place."""
    await _enqueue("renewed", certificate, now)


async def webhook_disabled(organization_id: UUID, address: str, facts: Mapping[str, str], now: datetime) -> None:
    """An organization is told that one of its endpoints gets no more events: its `url`, and the `reason`."""
    await _put("webhook_disabled", organization_id, None, address, facts, now)


async def to_person(
    kind: Literal["invitation", "password_reset", "password_changed"],
    organization_id: UUID,
    address: str,
    facts: Mapping[str, str],
    now: datetime,
) -> None:
    """Somebody who signs in, or is to, is told something, or sent a link: to a `membership_id` or `user_id` in the facts."""
    await _put(kind, organization_id, None, address, facts, now)


async def cancel(certificate_id: UUID) -> None:
    """What is still to be sent about a certificate is not sent. Its rows stay, by which requests are counted."""
    await Mail.filter(certificate_id=certificate_id, due_at__isnull=False).update(due_at=None, lease=None)


async def _throttle(certificate_id: UUID, pause: timedelta, now: datetime) -> None:
    again = Mail.filter(certificate_id=certificate_id, kind="claim_again", created_at__gt=now - A_DAY)
    asked = [mail.created_at for mail in await again.order_by("-created_at").limit(MOST_A_DAY)]
    if len(asked) == MOST_A_DAY and asked[-1] + A_DAY > now:
        message = f"This certificate's link was mailed again {MOST_A_DAY} times within a day. Try again later."
        raise Refused("rate_limited", message, retry_after=_seconds(asked[-1] + A_DAY - now))
    if asked and asked[0] + pause > now:
        seconds = _seconds(asked[0] + pause - now)
        message = f"This certificate's link was mailed just now. Try again in {seconds} seconds."
        raise Refused("rate_limited", message, retry_after=seconds)


def _seconds(left: timedelta) -> int:
    return int(left.total_seconds()) + 1


async def _enqueue(kind: MailKind, certificate: certificates.Certificate, now: datetime) -> None:
    await _put(kind, certificate.organization.id, certificate.id, certificate.holder_email, {}, now)


async def _put(  # a row's columns
    kind: MailKind,
    organization_id: UUID,
    certificate_id: UUID | None,
    recipient: str,
    facts: Mapping[str, str],
    now: datetime,
) -> None:
    await Mail.create(
        id=uuid4(),
        kind=kind,
        organization_id=organization_id,
        certificate_id=certificate_id,
        recipient=recipient,
        facts=json.dumps(dict(facts)),
        due_at=now,
        created_at=now,
    )
