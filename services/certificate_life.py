"""What becomes of a certificate once it is issued: corrected while nobody has claimed it, renewed by a new one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import Certificate
from models.statements import certificate_changes as changes
from rules import certificates as rule
from rules import holders, instants, text
from rules.errors import Refused
from services import audit, certificates, mail_outbox, organization_locks
from services.callers import Caller
from services.transactions import transaction


@dataclass(frozen=True, slots=True)
class Correction:
    """What is put right about a holder; None leaves it. `notify` is whether the holder gets a new mail."""

    holder_name: str | None
    holder_email: str | None
    notify: bool = True


@dataclass(frozen=True, slots=True)
class Renewal:
    """When the new certificate was earned, None for now, and whether the holder is told by mail."""

    issued_at: datetime | None
    notify: bool = True


async def correct(caller: Caller, code: str, correction: Correction, now: datetime) -> rule.Certificate:
    """The holder's name or address can be put right until the certificate is claimed; who did so is written down.

    Links to claim that were sent to another address fit no longer. A correction that changes nothing does nothing.
    """
    wanted = _cleaned(correction)
    async with transaction():
        present = await certificates.held(caller.organization_id, code)
        before = {field: getattr(present, field) for field in wanted}
        if before == wanted:
            return present
        if present.claimed_at is not None:
            raise Refused(
                "conflict", "The holder has claimed this certificate: renew it, or revoke it and issue another."
            )
        shown = {"holder_name": present.holder_name, "holder_email": present.holder_email, **wanted}
        key = holders.key(shown["holder_name"], shown["holder_email"])
        await Certificate.filter(id=present.id).update(**wanted, holder_key=key)
        corrected = await certificates.read(caller.organization_id, code)
        if correction.notify and corrected.revoked_at is None:
            await mail_outbox.claim_again(corrected, now)
        elif corrected.holder_email != present.holder_email:  # another name is in the mail that is still to be sent
            await mail_outbox.cancel(present.id)
        await audit.record_difference(caller, "update_certificate", present.code, (before, wanted), now)
    return corrected


async def renew(caller: Caller, code: str, renewal: Renewal, now: datetime) -> rule.Certificate:
    """A new certificate of the course as it is now takes the old one's place, for the same holder and claimed as that was.

    What was revoked stays so, and nothing has two successors.
    """
    issued_at = instants.issue_instant(renewal.issued_at, now)
    async with transaction():
        old = await certificates.held(caller.organization_id, code)
        if old.revoked_at is not None:
            raise Refused("conflict", "This certificate was revoked: issue a new one instead of renewing it.")
        if old.renewed_by is not None:
            raise Refused("conflict", f"This certificate was renewed already, by {old.renewed_by}.")
        wanted = certificates.Wanted(old.course.id, old.holder_name, old.holder_email, issued_at, renewal.notify)
        await organization_locks.share(caller.organization_id)
        new = await certificates.add(caller.organization_id, wanted, issued_at, old.claimed_at, now)
        await changes.replace(old.id, new.id)
        told = {"renewed_by": new.code, "issued_at": new.issued_at}
        await audit.record(caller, "renew_certificate", old.code, (audit.NOTHING, told), now)
    return new


def _cleaned(correction: Correction) -> dict[str, Any]:
    wanted = {}
    if correction.holder_name is not None:
        wanted["holder_name"] = text.line(correction.holder_name, field="holder_name", longest=200)
    if correction.holder_email is not None:
        wanted["holder_email"] = text.address(correction.holder_email, field="holder_email")
    return wanted
