"""Verification: what anyone who holds a code may learn."""

from rules import certificates as rule
from rules import codes
from rules.errors import Refused
from services import certificates

NOT_FOUND = "No certificate has this code"


async def find(code: str) -> rule.Certificate:
    """The certificate with this code, whoever issued it; every code without one is refused alike."""
    typed = codes.normalise(code)
    found = await certificates.with_all().get_or_none(code=typed) if typed else None
    if found is None:
        raise Refused("not_found", NOT_FOUND)
    return certificates.as_rule(found)
