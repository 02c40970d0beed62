"""Open Badges: which certificates have an assertion."""

from rules import certificates as rule
from rules.errors import Refused
from services import verification


async def claimed(code: str) -> rule.Verifiable:
    """The certificate behind an assertion: one that its holder has claimed. Others have none, revoked or not."""
    certificate = await verification.verify(code)
    if certificate.claimed_at is None:
        # In the words for a code that does not exist: who guesses learns nothing.
        raise Refused("not_found", verification.NOT_FOUND)
    return certificate
