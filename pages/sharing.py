"""What a holder does with a certificate: shows it, by link, picture or badge, and adds it to a profile."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

import segno
from markupsafe import Markup

from rules import colours, credential_markup, linkedin, names
from rules.certificates import Certificate
from rules.links import Links
from rules.organizations import Organization


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a page offers beside a certificate's facts. What is withdrawn has nothing to share but its link."""

    holder: str
    course: str
    academy: str
    qr: Markup
    band: str | None
    host: str
    linkedin: str | None
    has_documents: bool
    has_badge: bool
    badge_picture: str | None
    markup: credential_markup.Document | None


def sharing(certificate: Certificate, links: Links, now: datetime) -> Sharing:
    """Names are as they stand in plain text; `markup` is what programs that read the page are told."""
    course, withdrawn = certificate.course, certificate.revoked_at is not None
    has_badge = certificate.claimed_at is not None and not withdrawn
    # Pages show pictures of this installation alone: no other host is to learn who is looked at.
    shows_badge = has_badge and course.badge_image_url is None
    return Sharing(
        holder=names.isolated(certificate.holder_name),
        course=names.isolated(course.name),
        academy=names.isolated(certificate.organization.name),
        qr=qr_code(links.verify_page(certificate.code)),
        band=_band(certificate.organization),
        host=urlsplit(links.base).netloc,
        linkedin=_linkedin(certificate, links) if linkedin.is_offered(certificate.verdict(now).status) else None,
        has_documents=not withdrawn,
        has_badge=has_badge,
        badge_picture=_own(links, links.badge_image(course.id, course.version)) if shows_badge else None,
        markup=None if withdrawn else _markup(certificate, links),
    )


@lru_cache(maxsize=512)
def qr_code(address: str) -> Markup:
    """An address as a QR code (ISO/IEC 18004), with its quiet zone, dark on light whatever the page's colours."""
    drawn = segno.make(address, error="m", micro=False)
    return Markup(  # noqa: S704  # written by the library, out of numbers
        drawn.svg_inline(border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    )


def _band(academy: Organization) -> str | None:
    """An academy's own colour as its certificates have it, if it has chosen one."""
    look = academy.appearance
    return colours.readable(look.accent) if look.accent_colour else None


def _linkedin(certificate: Certificate, links: Links) -> str:
    return linkedin.link(
        course=certificate.course.name,
        academy=certificate.organization.name,
        issued_at=certificate.issued_at,
        expires_at=certificate.expires_at,
        code=certificate.code,
        verify_page=links.verify_page(certificate.code),
    )


def _markup(certificate: Certificate, links: Links) -> credential_markup.Document:
    course, academy = certificate.course, certificate.organization
    return credential_markup.credential(
        verify_page=links.verify_page(certificate.code),
        code=certificate.code,
        holder=certificate.holder_name,
        course=course.name,
        description=course.description,
        category=course.qualification_label,
        levels=credential_markup.levels(course.eqf_level, course.nlqf_level),
        recognized_by=credential_markup.academy(academy.name, academy.url),
        issued_at=certificate.issued_at,
        expires_at=certificate.expires_at,
    )


def _own(links: Links, address: str) -> str:
    """An address of ours as a path, by whatever name the page is reached."""
    return links.path(address.removeprefix(links.base))
