"""Verification: anyone may ask."""

from datetime import datetime

from handlers.answers import Answer
from handlers.certificates import links_of, shown
from rules import certificates as rule
from rules import instants
from rules.links import Links
from services import verification
from wire.schemas import Verification, VerifiedCertificate


async def verify_certificate(code: str, links: Links, now: datetime) -> Answer:
    """What is known of a certificate, and whether it holds."""
    return Answer(shape(await verification.find(code), links, now))


def shape(certificate: rule.Certificate, links: Links, now: datetime) -> Verification:
    """A certificate as the public sees it; never with the holder's address."""
    verdict = certificate.verdict(now)
    course, academy = certificate.course, certificate.organization
    return {
        "valid": verdict.valid,
        "status": verdict.status,
        "certificate": _certificate(certificate),
        "course": {
            "name": course.name,
            "description": course.description,
            "eqf_level": course.eqf_level,
            "nlqf_level": course.nlqf_level,
            "qualification_label": course.qualification_label,
        },
        "academy": {"name": academy.name, "logo_url": academy.logo_url},
        "links": links_of(certificate, links),
    }


def _certificate(certificate: rule.Certificate) -> VerifiedCertificate:
    facts: VerifiedCertificate = {
        "code": certificate.code,
        "holder_name": certificate.holder_name,
        "is_claimed": certificate.claimed_at is not None,
        "issued_at": instants.show(certificate.issued_at),
        "expires_at": shown(certificate.expires_at),
    }
    if certificate.revoked_at is not None:
        facts["revoked_at"] = instants.show(certificate.revoked_at)
        facts["revocation_reason"] = certificate.revocation_reason
    return facts
