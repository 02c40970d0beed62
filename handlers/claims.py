"""Claims: a holder takes a certificate with the link that was mailed."""

from datetime import datetime

from handlers import shapes
from handlers.answers import Answer
from rules.links import Links
from services import claims
from services.keyring import Keyring
from wire.schemas import ClaimCertificate


async def claim_certificate(body: ClaimCertificate, links: Links, keyring: Keyring, now: datetime) -> Answer:
    """The certificate, claimed now or before."""
    claimed = await claims.claim(body["token"], keyring, now)
    return Answer({"data": shapes.claim(claimed, links)})
