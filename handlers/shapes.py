"""Shapes: what the domain knows, as the contract shows it.

Where thousands are shown, instants are left to whoever writes the answer (`server.operations`), which does it as
`instants.show` would in a fraction of the time; to the type checker they are anything, then.
"""

from datetime import datetime
from typing import Any, cast

from rules import certificates, courses, instants
from rules.links import Links
from wire.schemas import Certificate, CertificateLinks, Claim, Course, Verification, VerifiedCertificate


def course(shown: courses.Course, links: Links) -> Course:
    """A course as the contract shows it."""
    return {
        "id": str(shown.id),
        "name": shown.name,
        "description": shown.description,
        "validity_period_months": shown.validity_period_months,
        "eqf_level": shown.eqf_level,
        "nlqf_level": shown.nlqf_level,
        "qualification_label": shown.qualification_label,
        "badge_image_url": shown.badge_image_url,
        "criteria_narrative": shown.criteria_narrative,
        "criteria_url": shown.criteria_url,
        "version": shown.version,
        "created_at": instants.show(shown.created_at),
        "links": {"badge_class": links.badge_class(shown.id, shown.version)},
    }


def certificate(issued: certificates.Certificate, links: Links, now: datetime) -> Certificate:
    """A certificate as its issuer sees it."""
    return listed(issued.listed, links, now)


def listed(issued: certificates.Listed, links: Links, now: datetime) -> Certificate:
    """The same in a list, where it is the same."""
    instant: Any = issued
    return {
        "id": str(issued.id),
        "code": issued.code,
        "holder_name": issued.holder_name,
        "holder_email": issued.holder_email,
        "course_id": str(issued.course_id),
        "course_name": issued.course_name,
        "course_version": issued.course_version,
        "status": issued.verdict(now).status,
        "issued_at": instant.issued_at,
        "expires_at": instant.expires_at,
        "claimed_at": instant.claimed_at,
        "is_claimed": issued.claimed_at is not None,
        "revoked_at": instant.revoked_at,
        "revocation_reason": issued.revocation_reason,
        "created_at": instant.created_at,
        "links": _links(issued.code, issued.renewed_by, links),
    }


def _links(code: str, renewed_by: str | None, links: Links) -> CertificateLinks:
    shown_at: CertificateLinks = {"verify_page": links.verify_page(code), "open_badge": links.assertion(code)}
    if renewed_by is not None:
        shown_at["renewed_by"] = links.verify_page(renewed_by)
    return shown_at


def shown(instant: datetime | None) -> str | None:
    """An instant, or null where there is none."""
    return None if instant is None else instants.show(instant)


def verification(issued: certificates.Verifiable, links: Links, now: datetime) -> Verification:
    """A certificate as the public sees it; never with the holder's address."""
    verdict = issued.verdict(now)
    return {
        "valid": verdict.valid,
        "status": verdict.status,
        "certificate": _verified(issued),
        "course": {
            "name": issued.course_name,
            "description": issued.description,
            "eqf_level": issued.eqf_level,
            "nlqf_level": issued.nlqf_level,
            "qualification_label": issued.qualification_label,
        },
        "academy": {"name": issued.academy, "logo_url": links.logo(issued)},
        "links": _links(issued.code, issued.renewed_by, links),
    }


def _verified(issued: certificates.Verifiable) -> VerifiedCertificate:
    instant: Any = issued
    facts: VerifiedCertificate = {
        "code": issued.code,
        "holder_name": issued.holder_name,
        "is_claimed": issued.claimed_at is not None,
        "issued_at": instant.issued_at,
        "expires_at": instant.expires_at,
    }
    if issued.revoked_at is not None:
        facts["revoked_at"] = instant.revoked_at
        facts["revocation_reason"] = issued.revocation_reason
    return facts


def claim(claimed: certificates.Certificate, links: Links) -> Claim:
    """A claimed certificate as its holder is shown it: nothing that a renewal or the time would change."""
    academy = claimed.organization
    return {
        "code": claimed.code,
        "holder_name": claimed.holder_name,
        "course_name": claimed.course.name,
        "academy": {"name": academy.name, "logo_url": links.logo(academy)},
        "issued_at": instants.show(claimed.issued_at),
        "expires_at": shown(claimed.expires_at),
        "claimed_at": instants.show(cast("datetime", claimed.claimed_at)),
        "links": {"verify_page": links.verify_page(claimed.code), "open_badge": links.assertion(claimed.code)},
    }
