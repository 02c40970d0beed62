"""Shapes: what the domain knows, as the contract shows it."""

from datetime import datetime
from typing import cast

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
    expires_at, claimed_at, revoked_at = issued.expires_at, issued.claimed_at, issued.revoked_at
    return {
        "id": str(issued.id),
        "code": issued.code,
        "holder_name": issued.holder_name,
        "holder_email": issued.holder_email,
        "course_id": str(issued.course_id),
        "course_name": issued.course_name,
        "course_version": issued.course_version,
        "status": issued.verdict(now).status,
        "issued_at": instants.show(issued.issued_at),
        "expires_at": None if expires_at is None else instants.show(expires_at),
        "claimed_at": None if claimed_at is None else instants.show(claimed_at),
        "is_claimed": claimed_at is not None,
        "revoked_at": None if revoked_at is None else instants.show(revoked_at),
        "revocation_reason": issued.revocation_reason,
        "created_at": instants.show(issued.created_at),
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


def verification(issued: certificates.Certificate, links: Links, now: datetime) -> Verification:
    """A certificate as the public sees it; never with the holder's address."""
    verdict = issued.verdict(now)
    course, academy = issued.course, issued.organization
    return {
        "valid": verdict.valid,
        "status": verdict.status,
        "certificate": _verified(issued),
        "course": {
            "name": course.name,
            "description": course.description,
            "eqf_level": course.eqf_level,
            "nlqf_level": course.nlqf_level,
            "qualification_label": course.qualification_label,
        },
        "academy": {"name": academy.name, "logo_url": links.logo(academy)},
        "links": _links(issued.code, issued.renewed_by, links),
    }


def _verified(issued: certificates.Certificate) -> VerifiedCertificate:
    facts: VerifiedCertificate = {
        "code": issued.code,
        "holder_name": issued.holder_name,
        "is_claimed": issued.claimed_at is not None,
        "issued_at": instants.show(issued.issued_at),
        "expires_at": shown(issued.expires_at),
    }
    if issued.revoked_at is not None:
        facts["revoked_at"] = instants.show(issued.revoked_at)
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
