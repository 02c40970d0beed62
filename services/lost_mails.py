"""Lost mails: whoever names a certificate and its holder's address is sent the claim link again, and learns nothing."""

from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from tortoise.transactions import in_transaction

from rules import certificates as rule
from rules import claims as claim_rule
from rules.errors import Refused
from services import certificates, claims, database, mail_outbox, verification
from services.keyring import Keyring


async def ask(code: str, address: str, now: datetime) -> None:
    """The link goes to the holder where the address is his and the certificate can be claimed; else nothing happens.

    It goes to the address as the academy wrote it. No more mails are sent than an academy can ask for. The same is asked
    and something is written in every case, so that requests beside it are not held up longer where something fits.
    """
    async with in_transaction():
        found = await _with(code)
        if found is not None and found.holder_email.lower() == address.strip().lower():
            await _send(found, now)
        else:
            await _send_nothing(code)
        await database.writable(now)


async def ask_by_link(token: str, keyring: Keyring, now: datetime) -> None:
    """The holder of a link that has expired is sent another, if it would still claim."""
    found = await outdated(token, keyring)
    if found is not None:
        await _send(found, now)


async def outdated(token: str, keyring: Keyring) -> rule.Certificate | None:
    """The certificate that a link was for, however old; None once it is no longer made out to the link's address."""
    meant = claim_rule.read_outdated(token, keyring.claim_keys)
    row = await certificates.with_all().get_or_none(id=meant.certificate_id)
    found = certificates.as_rule(row) if row else None
    is_meant = found is not None and claim_rule.is_for(meant, found.id, found.holder_email)
    return found if is_meant else None


async def _with(code: str) -> rule.Certificate | None:
    try:
        return await verification.find(code)
    except Refused:
        return None


async def _send_nothing(code: str) -> None:
    """What sending asks of the database, about nothing that there is."""
    with suppress(Refused):
        await certificates.held(uuid4(), code)
    await mail_outbox.cancel(uuid4())


async def _send(certificate: rule.Certificate, now: datetime) -> None:
    async with in_transaction():
        open_still = await certificates.held(certificate.organization.id, certificate.code)
        is_corrected = open_still.holder_email != certificate.holder_email
        if is_corrected or open_still.claimed_at is not None or open_still.revoked_at is not None:
            return
        try:
            await mail_outbox.claim_again(open_still, now, pause=claims.PAUSE)
        except Refused:
            return  # one is on its way, or five were today: who asks need not know that there is such a holder
