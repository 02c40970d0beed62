"""Verification: anyone may ask."""

from datetime import datetime

from handlers import shapes
from handlers.answers import Answer
from rules import validity
from rules.links import Links
from services import verification


async def verify_certificate(code: str, links: Links, now: datetime) -> Answer:
    """What is known of a certificate, and whether it holds."""
    certificate = await verification.verify(code)
    until = validity.changes_at(certificate, now)
    return Answer(shapes.verification(certificate, links, now), until=until)
