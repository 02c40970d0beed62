"""Claiming: a holder takes a certificate as his own, by the link that was mailed to him."""

from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from models import Certificate
from rules import certificates as rule
from rules import claims
from rules.errors import Refused
from services import audit, certificates, events, mail_outbox
from services.callers import Caller
from services.keyring import Keyring

PAUSE = timedelta(minutes=1)
"""Between two mails that are asked for again."""


async def look(token: str, keyring: Keyring, now: datetime) -> rule.Certificate:
    """The certificate that a link is for, claimed or not. Looking changes nothing: scanners of mail open every link."""
    return await _meant(claims.read(token, keyring.claim_keys, now))


async def claim(token: str, keyring: Keyring, now: datetime) -> rule.Certificate:
    """A certificate is claimed once; whoever comes again with the link finds it as it is, and nothing is told twice."""
    meant = claims.read(token, keyring.claim_keys, now)
    async with in_transaction():
        found = await _meant(meant)
        # Decided by the statement: of two at once one has claimed it, and neither passes a correction or revocation.
        open_still = Certificate.filter(
            id=found.id, claimed_at__isnull=True, revoked_at__isnull=True, holder_email=found.holder_email
        )
        changed = await open_still.update(claimed_at=now.replace(microsecond=0))
        claimed = await _meant(meant)
        if changed:
            await events.record("certificate.claimed", claimed, now)
    return claimed


async def resend(caller: Caller, code: str, now: datetime) -> rule.Certificate:
    """The link is mailed to the holder again: at most once a minute and five times a day."""
    async with in_transaction():
        certificate = await certificates.held(caller.organization_id, code)
        if certificate.revoked_at is not None:
            raise Refused("conflict", "This certificate was revoked and cannot be claimed.")
        if certificate.claimed_at is not None:
            raise Refused("conflict", "The holder has claimed this certificate already.")
        await mail_outbox.claim_again(certificate, now, pause=PAUSE)
        await audit.record(caller, "resend_claim", certificate.code, (audit.NOTHING, audit.NOTHING), now)
    return certificate


async def _meant(claim_: claims.Claim) -> rule.Certificate:
    row = await certificates.with_all().get_or_none(id=claim_.certificate_id)
    found = certificates.as_rule(row) if row else None
    if found is None or not claims.is_for(claim_, found.id, found.holder_email):
        raise Refused(
            "unprocessable_entity",
            "This link is no longer in use. If the certificate is yours, ask the academy for a new one.",
            field="token",
        )
    if found.revoked_at is not None:
        raise Refused("conflict", "This certificate was revoked and cannot be claimed.")
    return found
