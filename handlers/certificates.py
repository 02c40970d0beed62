"""Certificates: issued and looked after by their organization."""

from datetime import datetime
from uuid import UUID

from handlers.answers import Answer
from handlers.pagination import instant_of, paginated
from rules import certificates as rule
from rules import instants
from rules.links import Links
from services import certificate_lists, certificates
from services.api_keys import Caller
from wire.schemas import Certificate, CertificateLinks, IssueCertificate, RevokeCertificate, StatusChoice


async def list_certificates(
    course_id: str | None,
    status: StatusChoice,
    cursor: str | None,
    limit: int,
    caller: Caller,
    links: Links,
    now: datetime,
) -> Answer:
    """A page of the organization's certificates."""
    course = None if course_id is None else UUID(course_id)
    wanted = certificate_lists.Wanted(caller.organization_id, status, course, instant_of(cursor), limit)
    page = await certificate_lists.page(wanted, now)
    return Answer(paginated([shape(item, links, now) for item in page.items], has_more=page.has_more))


async def issue_certificate(body: IssueCertificate, caller: Caller, links: Links, now: datetime) -> Answer:
    """A new certificate."""
    issued_at = instants.parse(body["issued_at"], "issued_at") if "issued_at" in body else None
    wanted = certificates.Wanted(UUID(body["course_id"]), body["holder_name"], body["holder_email"], issued_at)
    certificate = await certificates.issue(caller.organization_id, wanted, now)
    return Answer({"data": shape(certificate, links, now)}, links.certificate(certificate.code))


async def get_certificate(code: str, caller: Caller, links: Links, now: datetime) -> Answer:
    """One certificate."""
    certificate = await certificates.read(caller.organization_id, code)
    return Answer({"data": shape(certificate, links, now)})


async def revoke_certificate(
    code: str, body: RevokeCertificate | None, caller: Caller, links: Links, now: datetime
) -> Answer:
    """A certificate, revoked."""
    reason = body.get("reason") if body else None
    certificate = await certificates.revoke(caller.organization_id, code, reason, now)
    return Answer({"data": shape(certificate, links, now)})


def shape(certificate: rule.Certificate, links: Links, now: datetime) -> Certificate:
    """A certificate as its issuer sees it."""
    return {
        "id": str(certificate.id),
        "code": certificate.code,
        "holder_name": certificate.holder_name,
        "holder_email": certificate.holder_email,
        "course_id": str(certificate.course.id),
        "course_name": certificate.course.name,
        "course_version": certificate.course.version,
        "status": certificate.verdict(now).status,
        "issued_at": instants.show(certificate.issued_at),
        "expires_at": shown(certificate.expires_at),
        "claimed_at": shown(certificate.claimed_at),
        "is_claimed": certificate.claimed_at is not None,
        "revoked_at": shown(certificate.revoked_at),
        "revocation_reason": certificate.revocation_reason,
        "created_at": instants.show(certificate.created_at),
        "links": links_of(certificate, links),
    }


def links_of(certificate: rule.Certificate, links: Links) -> CertificateLinks:
    """Where a certificate is shown, and where its successor is if it has one."""
    shown_at: CertificateLinks = {
        "verify_page": links.verify_page(certificate.code),
        "open_badge": links.assertion(certificate.code),
    }
    if certificate.renewed_by is not None:
        shown_at["renewed_by"] = links.verify_page(certificate.renewed_by)
    return shown_at


def shown(instant: datetime | None) -> str | None:
    """An instant as it is written, or null."""
    return None if instant is None else instants.show(instant)
