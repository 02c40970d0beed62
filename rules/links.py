"""Addresses that stand in answers, on certificates and in badges: all under one base, the public URL."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID


class HasLogo(Protocol):
    """Whatever tells which logo an academy has."""

    @property
    def logo_url(self) -> str | None:
        """Where it has published one, if it has."""

    @property
    def logo(self) -> str | None:
        """The digest of the one that it uploaded, if it did."""


@dataclass(frozen=True, slots=True)
class Links:
    """Every public address of an installation begins with its public URL, never with what a request called it.

    >>> Links("https://truecerta.com").verify_page("TRC-ACA-26-F5N8K3")
    'https://truecerta.com/v/TRC-ACA-26-F5N8K3'
    """

    base: str

    def path(self, path: str) -> str:
        """A path of ours as it is reached from outside: beneath the public URL's own, where that has one.

        >>> Links("https://example.com/certificates").path("/v")
        '/certificates/v'
        """
        return urlsplit(self.base).path.rstrip("/") + path

    def origin(self) -> str:
        """What a browser names as the origin of our pages (RFC 6454).

        >>> Links("https://Example.com:443/certificates").origin()
        'https://example.com'
        """
        parts = urlsplit(self.base)
        usual = {"http": 80, "https": 443}[parts.scheme]
        host = parts.hostname or ""
        named = f"[{host}]" if ":" in host else host
        return f"{parts.scheme}://{named}" + ("" if parts.port in (None, usual) else f":{parts.port}")

    def verify_page(self, code: str) -> str:
        """The page that a person checks a certificate on."""
        return f"{self.base}/v/{code}"

    def claim(self, token: str) -> str:
        """The page on which a holder claims a certificate; whoever has the link has what it takes.

        >>> Links("https://truecerta.com").claim("a.b.c")
        'https://truecerta.com/claim/a.b.c'
        """
        return f"{self.base}/claim/{token}"

    def verification(self, code: str) -> str:
        """The same check for programs."""
        return f"{self.base}/api/v1/verify/{code}"

    def certificate(self, code: str) -> str:
        """A certificate as its issuer reads it."""
        return f"{self.base}/api/v1/certificates/{code}"

    def course(self, course_id: UUID) -> str:
        """A course as its owner reads it."""
        return f"{self.base}/api/v1/courses/{course_id}"

    def contract(self) -> str:
        """The reference of the API, in one file."""
        return f"{self.base}/openapi.yaml"

    def webhook(self, webhook_id: UUID) -> str:
        """An endpoint as its owner reads it."""
        return f"{self.base}/api/v1/webhooks/{webhook_id}"

    def assertion(self, code: str) -> str:
        """The Open Badges assertion of a certificate; also its id."""
        return f"{self.base}/api/obi/assertion/{code}"

    def badge_class(self, course_id: UUID, version: int) -> str:
        """The badge class of a version of a course: the first at the plain address, later ones told apart by `version`.

        >>> from uuid import UUID
        >>> Links("").badge_class(UUID(int=1), 2)
        '/api/obi/badge-class/00000000-0000-0000-0000-000000000001?version=2'
        """
        return f"{self.base}/api/obi/badge-class/{course_id}{_query(version)}"

    def badge_image(self, course_id: UUID, version: int) -> str:
        """The generated picture of a version of a course."""
        return f"{self.base}/api/obi/badge-class/{course_id}/image{_query(version)}"

    def issuer(self, organization_id: UUID) -> str:
        """The Open Badges profile of an academy."""
        return f"{self.base}/api/obi/issuer/{organization_id}"

    def certificate_pdf(self, code: str) -> str:
        """A certificate as it is printed."""
        return f"{self.verify_page(code)}.pdf"

    def certificate_png(self, code: str) -> str:
        """The same as a picture."""
        return f"{self.verify_page(code)}.png"

    def share_picture(self, code: str) -> str:
        """The picture that is shown where somebody shares a verify page."""
        return f"{self.verify_page(code)}/share.png"

    def picture(self, digest: str) -> str:
        """A picture that was uploaded, at an address that never shows another one."""
        return f"{self.base}/pictures/{digest}.png"

    def logo(self, academy: HasLogo) -> str | None:
        """An academy's logo: the one that it uploaded, or else the one that it has published elsewhere.

        >>> from rules.organizations import Organization
        >>> academy = Organization(UUID(int=1), "Example Academy", "a@example.com", None, "https://example.com/a.png")
        >>> Links("https://truecerta.com").logo(academy)
        'https://example.com/a.png'
        """
        return academy.logo_url if academy.logo is None else self.picture(academy.logo)


def _query(version: int) -> str:
    return "" if version == 1 else f"?version={version}"
