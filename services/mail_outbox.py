"""The outbox of mails: each is put in with the change that it tells of, or not at all. services/mails.py takes them out."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from models import Mail
from models.identities import fresh
from models.statements.inserts import New, insert
from rules import certificates
from rules.errors import Refused

A_DAY = timedelta(days=1)
MOST_A_DAY = 5
NO_PAUSE = timedelta(0)
MailKind = Literal[
    "claim", "claim_again", "renewed", "webhook_disabled", "invitation", "password_reset", "password_changed"
]


def claim(certificate: certificates.Certificate, now: datetime) -> New:
    """The mail that asks a holder to claim: to be inserted in the transaction of the change."""
    return _to_holder("claim", certificate, now)


def renewed(certificate: certificates.Certificate, now: datetime) -> New:
    """The mail that tells a holder who had claimed of the certificate that takes the old one's place: likewise."""
    return _to_holder("renewed", certificate, now)


async def claim_again(certificate: certificates.Certificate, now: datetime, pause: timedelta = NO_PAUSE) -> None:
    """The holder is asked once more, at most five times a day, and not before a pause; what was not sent yet is replaced."""
    await _throttle(certificate.id, pause, now)
    await cancel(certificate.id)
    await insert([_to_holder("claim_again", certificate, now)])


async def webhook_disabled(organization_id: UUID, address: str, facts: Mapping[str, str], now: datetime) -> None:
    """An organization is told that one of its endpoints gets no more events: its `url`, and the `reason`."""
    await insert([_mail("webhook_disabled", organization_id, None, address, facts, now)])


async def to_person(
    kind: Literal["invitation", "password_reset", "password_changed"],
    organization_id: UUID,
    address: str,
    facts: Mapping[str, str],
    now: datetime,
) -> None:
    """Somebody who signs in, or is to, is told something, or sent a link: to a `membership_id` or `user_id` in the facts."""
    await insert([_mail(kind, organization_id, None, address, facts, now)])


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


def _to_holder(kind: MailKind, certificate: certificates.Certificate, now: datetime) -> New:
    return _mail(kind, certificate.organization.id, certificate.id, certificate.holder_email, {}, now)


def _mail(  # a row's columns
    kind: MailKind,
    organization_id: UUID,
    certificate_id: UUID | None,
    recipient: str,
    facts: Mapping[str, str],
    now: datetime,
) -> New:
    row = {
        "id": fresh(),
        "kind": kind,
        "organization_id": organization_id,
        "certificate_id": certificate_id,
        "recipient": recipient,
        "facts": json.dumps(dict(facts)) if facts else "{}",
        "tries": 0,
        "due_at": now,
        "created_at": now,
    }
    return New("mail", [row])
