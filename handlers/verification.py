"""Verification: anyone may ask."""

from datetime import datetime

from handlers import shapes
from handlers.answers import Answer
from rules.links import Links
from services import verification


async def verify_certificate(code: str, links: Links, now: datetime) -> Answer:
    """What is known of a certificate, and whether it holds."""
    return Answer(shapes.verification(await verification.find(code), links, now))
