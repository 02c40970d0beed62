"""Verification: what anyone who holds a code may learn."""

from rules import certificates as rule
from rules.errors import Refused
from services import certificate_rows

NOT_FOUND = "No certificate has this code"


async def verify(code: str) -> rule.Verifiable:
    """What anyone may learn of the certificate with this code; every code without one is refused alike."""
    found = await certificate_rows.verifiable(code)
    if found is None:
        raise Refused("not_found", NOT_FOUND)
    return found


async def find(code: str) -> rule.Certificate:
    """The whole certificate, with everything that its page shows."""
    found = await certificate_rows.of_code(code)
    if found is None:
        raise Refused("not_found", NOT_FOUND)
    return found
