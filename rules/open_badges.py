"""The three documents of Open Badges 2.0, as plain objects ready to be written.

https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html
"""

import hashlib
from datetime import datetime

from rules import instants

CONTEXT = "https://w3id.org/openbadges/v2"
NO_REASON = "The issuer gave no reason."

Document = dict[str, object]


def identity(email: str, salt: str) -> str:
    """A holder is named by the SHA-256 of the lower-cased mail address followed by the salt (IdentityHash).

    >>> identity("Jane@example.com", "TRC-ACA-26-F5N8K3")[:20]
    'sha256$3469f7168c26f'
    """
    return "sha256$" + hashlib.sha256((email.lower() + salt).encode("utf-8")).hexdigest()


def assertion(
    *, id: str, badge: str, code: str, email: str, issued_at: datetime, expires_at: datetime | None
) -> Document:
    """An assertion says that one holder earned one badge; the certificate's code is its salt.

    `id` is its own address and `badge` that of the badge class. What never expires has no `expires`.

    >>> from datetime import UTC
    >>> assertion(id="https://example.com/a", badge="https://example.com/b", code="TRC-ACA-26-F5N8K3",
    ...     email="jane@example.com", issued_at=datetime(2026, 3, 15, tzinfo=UTC), expires_at=None)["issuedOn"]
    '2026-03-15T00:00:00Z'
    """
    recipient = {"type": "email", "hashed": True, "salt": code, "identity": identity(email, code)}
    expires = {} if expires_at is None else {"expires": instants.show(expires_at)}
    return {
        **_header("Assertion", id),
        "recipient": recipient,
        "badge": badge,
        "verification": {"type": "HostedBadge"},
        "issuedOn": instants.show(issued_at),
        **expires,
    }


def revoked_assertion(*, id: str, reason: str | None) -> Document:
    """A revoked assertion says that it is, and why, and nothing about its holder any more.

    >>> revoked_assertion(id="https://example.com/a", reason=None)["revocationReason"]
    'The issuer gave no reason.'
    """
    return {**_header("Assertion", id), "revoked": True, "revocationReason": reason or NO_REASON}


def badge_class(
    *,
    id: str,
    name: str,
    description: str | None,
    image: str,
    issuer: str,
    criteria_narrative: str | None = None,
    criteria_url: str | None = None,
    eqf_level: int | None = None,
    nlqf_level: str | None = None,
    qualification_label: str | None = None,
) -> Document:
    """A badge class says what was learnt, how it is earned and who awards it.

    Description and criteria are required by the specification, so a plain sentence stands in for a missing one.
    `image` and `issuer` are addresses. Levels are tags: an alignment would need an address for each of them.

    >>> badge_class(id="https://example.com/b", name="Web Development", description=None,
    ...     image="https://example.com/b.svg", issuer="https://example.com/i", eqf_level=5)["tags"]
    ['EQF level 5']
    """
    tags = _tags(eqf_level, nlqf_level, qualification_label)
    return {
        **_header("BadgeClass", id),
        "name": name,
        "description": description or f"The course {name}.",
        "image": image,
        "criteria": _criteria(name, criteria_narrative, criteria_url),
        "issuer": issuer,
        **({"tags": tags} if tags else {}),
    }


def profile(*, id: str, name: str, url: str, email: str, image: str | None = None) -> Document:
    """A profile says who awards badges, and where that organization is found on the web and by mail.

    >>> profile(id="https://example.com/i", name="Example Academy", url="https://example.com",
    ...     email="office@example.com")["type"]
    'Profile'
    """
    picture = {} if image is None else {"image": image}
    return {**_header("Profile", id), "name": name, "url": url, "email": email, **picture}


def _header(type: str, id: str) -> Document:
    return {"@context": CONTEXT, "type": type, "id": id}


def _criteria(name: str, narrative: str | None, url: str | None) -> dict[str, str]:
    """Readers want words, an address or both; with neither there is still the one thing that is surely true."""
    if not narrative and not url:
        narrative = f"Awarded by the issuer for completing {name}."
    return {**({"id": url} if url else {}), **({"narrative": narrative} if narrative else {})}


def _tags(eqf_level: int | None, nlqf_level: str | None, label: str | None) -> list[str]:
    eqf = [f"EQF level {eqf_level}"] if eqf_level is not None else []
    nlqf = [f"NLQF level {nlqf_level}"] if nlqf_level else []
    return eqf + nlqf + ([label] if label else [])
