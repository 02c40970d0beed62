"""The words of Open Badges' JSON-LD context, and their other spellings: aliases, compact and full IRIs.

The context is https://w3id.org/openbadges/v2. What stands here is what it maps: no other context is ever read.
"""

from collections.abc import Iterator

CONTEXT = "https://w3id.org/openbadges/v2"
PREFIXES = {
    "extensions": "https://w3id.org/openbadges/extensions#",
    "obi": "https://w3id.org/openbadges#",
    "cred": "https://w3id.org/credentials#",
    "dc": "http://purl.org/dc/terms/",
    "schema": "http://schema.org/",
    "sec": "https://w3id.org/security#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# A word, or a word and the name that it has in the vocabulary.
_VOCABULARIES = {
    "obi": """Assertion BadgeClass Criteria Evidence Extension FrameValidation IdentityObject Image HostedBadge Issuer
        Profile RevocationList SignedBadge TypeValidation VerificationObject alignment allowedOrigins audience badge
        criteria endorsementComment evidence hashed identity=identityHash issuedOn=issueDate issuer narrative recipient
        revocationList revocationReason revoked revokedAssertions=revoked salt targetCode uid validation validatesType
        validationFrame validationSchema verification=verify verificationProperty""",
    "cred": "Endorsement=Credential claim endorsement=credential",
    "dc": "created creator related=relation",
    "schema": """AlignmentObject author caption description email genre image name tags=keywords targetDescription
        targetFramework=educationalFramework targetName targetUrl telephone url version""",
    "sec": "CryptographicKey=Key expires=expiration owner publicKey publicKeyPem",
}
_TYPED = """author claim created creator endorsement expires image owner publicKey related url alignment badge criteria
    evidence hashed issuedOn issuer recipient revocationList revoked verification"""
"""The words whose texts are IRIs, dates or truth values: under its IRI the same member would hold a plain text."""
_ALIASES = {"verify": "verification", "hosted": "HostedBadge", "signed": "SignedBadge", "@id": "id", "@type": "type"}
_STARTS_WITH = "http://purl.org/dqm-vocabulary/v1/dqm#startsWith"


def _mapped() -> Iterator[tuple[str, str]]:
    yield from (("id", "@id"), ("type", "@type"), ("startsWith", _STARTS_WITH))
    for prefix, words in _VOCABULARIES.items():
        for word in words.split():
            term, _, name = word.partition("=")
            yield term, PREFIXES[prefix] + (name or term)


TERMS = dict(_mapped())
"""Each word and the IRI that it stands for."""
_TERM_OF = {iri: term for term, iri in reversed(TERMS.items())}  # `revoked` before `revokedAssertions`


def term(written: str) -> str:
    """The word that is meant by a member's name or a type, however it is spelt; as it is if no word of Open Badges.

    >>> term("verify"), term("obi:Assertion"), term("http://schema.org/name"), term("@id"), term("schema:comment")
    ('verification', 'Assertion', 'name', 'id', 'schema:comment')
    """
    if written in TERMS:
        return written
    return _ALIASES.get(written) or _TERM_OF.get(expanded(written), written)


def member(written: str) -> str:
    """The word that is meant by a member's name. The context gives some of them a type that their IRIs do not have.

    >>> member("verify"), member("schema:name"), member("obi:badge")
    ('verification', 'name', 'obi:badge')
    """
    found = term(written)
    return found if found not in _TYPED.split() or written in TERMS or written in _ALIASES else written


def expanded(written: str) -> str:
    """The IRI that a word or a compact IRI stands for, as it is if it stands for none.

    >>> expanded("email"), expanded("extensions:ApplyLink"), expanded("urn:x")
    ('http://schema.org/email', 'https://w3id.org/openbadges/extensions#ApplyLink', 'urn:x')
    """
    prefix, colon, rest = written.partition(":")
    if colon and prefix in PREFIXES and not rest.startswith("//"):
        return PREFIXES[prefix] + rest
    return TERMS.get(_ALIASES.get(written, written), written)


def is_mapped(written: str) -> bool:
    """Whether Open Badges' context alone gives a word a meaning: one of its own, or any IRI.

    >>> is_mapped("expires"), is_mapped("expirse"), is_mapped("schema:comment"), is_mapped("@language")
    (True, False, True, True)
    """
    return written.startswith("@") or written in TERMS or written in _ALIASES or written in PREFIXES or ":" in written
