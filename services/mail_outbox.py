"""The outbox of mails: each is put in with the change that it tells of, or not at all. services/mails.py takes them out."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from models import Mail
from rules import certificates

MailKind = Literal["claim", "claim_again", "renewed", "webhook_disabled"]


async def claim(certificate: certificates.Certificate, now: datetime, *, again: bool = False) -> None:
    """The holder is asked to claim; what was not sent yet is replaced by it. Belongs into the transaction of the change."""
    await cancel(certificate.id)
    await _enqueue("claim_again" if again else "claim", certificate, now)


async def renewed(certificate: certificates.Certificate, now: datetime) -> None:
    """A holder who had claimed is told of the certificate that takes the old one's place."""
    await _enqueue("renewed", certificate, now)


async def webhook_disabled(organization_id: UUID, address: str, facts: Mapping[str, str], now: datetime) -> None:
    """An organization is told that one of its endpoints gets no more events: its `url`, and the `reason`."""
    await _put("webhook_disabled", organization_id, None, address, facts, now)


async def cancel(certificate_id: UUID) -> None:
    """What is still to be sent about a certificate is not sent. Its rows stay, by which requests are counted."""
    await Mail.filter(certificate_id=certificate_id, due_at__isnull=False).update(due_at=None, lease=None)


async def resent(certificate_id: UUID, since: datetime) -> list[datetime]:
    """When a claim was asked for again since an instant, newest first."""
    again = Mail.filter(certificate_id=certificate_id, kind="claim_again", created_at__gt=since)
    return [mail.created_at for mail in await again.order_by("-created_at")]


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
