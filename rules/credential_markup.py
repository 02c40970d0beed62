"""Markup of a certificate for programs that read pages: search engines and previews.

https://schema.org/EducationalOccupationalCredential
"""

from collections.abc import Sequence
from datetime import datetime

from rules import instants

Document = dict[str, object]


def levels(eqf_level: int | None, nlqf_level: str | None) -> list[str]:
    """The levels of a course, each with the framework that it is one of.

    >>> levels(5, "4+"), levels(None, None)
    (['EQF 5', 'NLQF 4+'], [])
    """
    eqf = [] if eqf_level is None else [f"EQF {eqf_level}"]
    return eqf + ([f"NLQF {nlqf_level}"] if nlqf_level else [])


def academy(name: str, url: str | None) -> Document:
    """Who stands behind a certificate.

    >>> academy("Example Academy", None)
    {'@type': 'EducationalOrganization', 'name': 'Example Academy'}
    """
    return {"@type": "EducationalOrganization", "name": name, **({"url": url} if url else {})}


def credential(
    *,
    verify_page: str,
    code: str,
    holder: str,
    course: str,
    description: str | None,
    category: str | None,
    levels: Sequence[str],
    recognized_by: Document,
    issued_at: datetime,
    expires_at: datetime | None,
) -> Document:
    """A certificate in the words of schema.org, as JSON-LD: what is known of it, and that its holder has it.

    >>> credential(verify_page="https://example.com/v/TRC-ACA-26-F5N8K3", code="TRC-ACA-26-F5N8K3", holder="Jane Doe",
    ...     course="Web Development", description=None, category=None, levels=["EQF 5"],
    ...     recognized_by=academy("Example Academy", None), issued_at=datetime(2026, 3, 15), expires_at=None,
    ... )["@reverse"]
    {'hasCredential': {'@type': 'Person', 'name': 'Jane Doe'}}
    """
    told: Document = {
        "@context": "https://schema.org",
        "@type": "EducationalOccupationalCredential",
        "@id": verify_page,
        "url": verify_page,
        "identifier": code,
        "name": course,
        "description": description,
        "credentialCategory": category or "Certificate",
        "educationalLevel": list(levels),
        "recognizedBy": recognized_by,
        "dateCreated": instants.show(issued_at),
        "expires": None if expires_at is None else instants.show(expires_at),
        "@reverse": {"hasCredential": {"@type": "Person", "name": holder}},
    }
    return {name: value for name, value in told.items() if value}
