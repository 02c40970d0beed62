"""Certificates: issued and looked after by their organization."""

from datetime import datetime
from uuid import UUID

from handlers import shapes
from handlers.answers import Answer
from handlers.pagination import instant_of, paginated
from rules import instants
from rules.links import Links
from services import certificate_life, certificate_lists, certificates, claims
from services.callers import Caller
from wire.schemas import IssueCertificate, RenewCertificate, RevokeCertificate, StatusChoice, UpdateCertificate


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
    return Answer(paginated([shapes.listed(item, links, now) for item in page.items], has_more=page.has_more))


async def issue_certificate(body: IssueCertificate, caller: Caller, links: Links, now: datetime) -> Answer:
    """A new certificate."""
    issued_at = instants.parse(body["issued_at"], "issued_at") if "issued_at" in body else None
    wanted = certificates.Wanted(
        UUID(body["course_id"]), body["holder_name"], body["holder_email"], issued_at, body.get("notify", True)
    )
    certificate = await certificates.issue(caller, wanted, now)
    return Answer({"data": shapes.certificate(certificate, links, now)}, links.certificate(certificate.code))


async def get_certificate(code: str, caller: Caller, links: Links, now: datetime) -> Answer:
    """One certificate."""
    certificate = await certificates.read(caller.organization_id, code)
    return Answer({"data": shapes.certificate(certificate, links, now)})


async def revoke_certificate(
    code: str, body: RevokeCertificate | None, caller: Caller, links: Links, now: datetime
) -> Answer:
    """A certificate, revoked."""
    reason = body.get("reason") if body else None
    certificate = await certificates.revoke(caller, code, reason, now)
    return Answer({"data": shapes.certificate(certificate, links, now)})


async def update_certificate(code: str, body: UpdateCertificate, caller: Caller, links: Links, now: datetime) -> Answer:
    """A certificate after a correction."""
    correction = certificate_life.Correction(
        body.get("holder_name"), body.get("holder_email"), body.get("notify", True)
    )
    certificate = await certificate_life.correct(caller, code, correction, now)
    return Answer({"data": shapes.certificate(certificate, links, now)})


async def renew_certificate(
    code: str, body: RenewCertificate | None, caller: Caller, links: Links, now: datetime
) -> Answer:
    """The new certificate in the place of an old one."""
    wanted = body or {}
    issued_at = instants.parse(wanted["issued_at"], "issued_at") if "issued_at" in wanted else None
    renewal = certificate_life.Renewal(issued_at, wanted.get("notify", True))
    certificate = await certificate_life.renew(caller, code, renewal, now)
    return Answer({"data": shapes.certificate(certificate, links, now)}, links.certificate(certificate.code))


async def resend_claim(code: str, caller: Caller, links: Links, now: datetime) -> Answer:
    """A certificate whose holder is sent another mail."""
    certificate = await claims.resend(caller, code, now)
    return Answer({"data": shapes.certificate(certificate, links, now)})
