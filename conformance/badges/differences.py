"""Where the official validator (PyPI `openbadges` 1.1.2) sees less than these rules do, and where it asks for more.

Each entry was found by having both judge the fixtures; tests hold the table against both.
"""

import re
from dataclasses import dataclass

from .finding import Finding, Report, Severity, Verdict
from .terms import member

UNEXPLAINED = "Nobody knows why. Please report this badge: one of the two is wrong."

_BLIND = {
    "Its checks of types are prepared, and never carried out.": """badge-type profile-type verification-type identity-type
        key-type revocation-list-type endorsement-type""",
    "Its check of this is prepared, and never carried out.": "profile-email policy-property",
    "It looks at no status: what comes with 404, 410 or 503 is taken as if it came with 200.": """available reachable
        revoked-status image-missing""",
    "It reads whatever is JSON, and never asks as what it is served.": "assertion-media-type",
    "It takes half of a character, the escape of one surrogate, for a text.": "json",
    "It fetches images, and asks of them only that they have some media type.": """image-media-type image-content
        image-whole""",
    "It does not look at `revoked`: only a revocation list counts.": "revoked-body revoked-boolean revocation-reason",
    "It looks for an assertion's `id` in the list, not for its `uid`.": "revoked-by-list",
    "It reads revocation lists for signed badges only.": """revocation-list-entries revocation-list-entry
        profile-revocation-list""",
    "It takes any value for Markdown.": "assertion-narrative criteria-narrative endorsement-comment",
    "It gives an object without an `id` the address that it was read at.": """assertion-id badge-id profile-id
        endorsement-id""",
    "It takes an empty text for a text.": "badge-name badge-description profile-name",
    "It asks for a narrative only of criteria that it has numbered itself.": "criteria-empty",
    "It compares an assertion's address with its issuer's, never a badge class's.": "cross-origin-badge",
    "It does not ask what an endorsement is about, nor how it is verified.": """endorsement-subject
        endorsement-verification""",
    "It goes by its own clock, and another time was asked about.": "expired",
    "It checks a signature only where the assertion names a key by `creator`.": "signing-key signature",
    "It reads no more of a signature's header than its library does.": "signature-critical",
    "It does not ask whether what says that it is signed came in a signature.": "verification-presentation",
    "It looks into a key only once it has to check a signature.": "key-pem",
    "It takes the first badge in an image, and looks no further.": "baked-once",
    "It goes by the name of the element, not by its namespace or its attribute.": "svg-namespace svg-verify",
    "It looks only into what says that it is an Extension, whatever its name.": """extension-form extension-type
        extension-name""",
}
"""Why it does not report what a rule reports."""

_SEEN = {
    "presentation": "only URL, JSON, or JWS input",
    "reachable": "ConnectionError|Unknown Content-Type|Timeout",
    "available": "Unknown Content-Type",
    "json": "Unknown Content-Type|JSONDecodeError|'list' object|JsonLdError|only URL, JSON",
    "id-not-hosted": "declared its id as",
    "address-not-id": "declared its id as",
    "context": "JsonLdError",
    "context-redefined": "JsonLdError|Required property",
    "related": "Required property id",
    "single-value": "more than the single allowed value",
    "assertion-id": "No connection adapters|Invalid URL|has no len",
    "assertion-type": "Chosen OBClass None",
    "badge-type": "JsonLdError|Chosen OBClass None",
    "issued-in-the-future": "issue date .* in the future",
    "expires-before-issued": "expiration is prior to issue date",
    "expired": "expired on",
    "assertion-image-data": "may not be a data URI",
    "identity-hash-form": "must match known hash style",
    "identity-hash-denied": "must not be hashed",
    "identity-email": "must match email format",
    "recipient-does-not-match": "did not match assertion",
    "cross-origin-assertion": "not hosted in allowed origins",
    "outside-allowed-origins": "not hosted in allowed origins",
    "outside-starts-with": "does not start with any permitted",
    "verification-presentation": "No hosted verification URL|not hosted in allowed origins",
    "verification-creator": "argument of type 'int' is not iterable",
    "badge-image": "Could not load and validate image",
    "image-id": "Invalid URL|argument of type 'int' is not iterable",
    "image-media-type": "does not declare any of the allowed",
    "profile-id": "No connection adapters",
    "jws-form": "JSONDecodeError|only URL, JSON",
    "signature": "failed verification",
    "signature-algorithm": "only URL, JSON|failed verification",
    "creator-of-issuer": "Unknown Content-Type|other than those authorized",
    "key-pem": r"binascii\.Error|RSA key format|could not run due to unmet",
    "revoked-status": "Unknown Content-Type",
    "revoked-body": "Chosen OBClass None",
    "revoked-by-list": "has been revoked in RevocationList",
    "revocation-list-entries": "missing required property revokedAssertions",
    "revocation-list-entry": "has entry with",
    "image-broken": "broke down",
    "baked": "broke down",
    "baked-compressed": "broke down",
    "baked-content": "broke down|only URL, JSON",
    "svg-namespace": "broke down",
    "svg-verify": "Unknown Content-Type",
    "extension-type": "Could not determine extension type",
    "extension-context": "Could not determine extension type",
}
"""By which words one knows its message for what a rule reports, where it does not name the property."""

_STRICTER = {
    "URL_AUTHORITY property allowedOrigins … not valid": (
        "It takes a name with a top-level domain only, so neither a port nor a number, which the specification allows."
    ),
    "Required property url not present": "It asks of endorsers what the specification asks of issuers.",
    "Required property name not present": "It asks of endorsers what the specification asks of issuers.",
    "Property startsWith … more than the single": "The specification allows several values of startsWith.",
    "Property publicKey … more than the single": "The specification allows several keys.",
    "TELEPHONE property": "The form of telephone numbers is a recommendation.",
    "Chosen OBClass None": "It cannot tell what a document is whose `type` is a list, which the specification allows.",
    "could not run due to unmet": "It can check a signature only where the assertion names a key by `creator`.",
    "RSA key format is not supported": "It knows RSA keys only; the specification recommends them, and allows others.",
    "TEXT property … '@value'": "It cannot read texts that say their language, which JSON-LD allows.",
    "Unknown Content-Type": (
        "It reads addresses again that it has no need to read, or wants a signature in a file rather than at an address."
    ),
    "JsonLdError": "It loads every context that is named, and one of them is not to be had.",
    "ConnectionError": "It could not reach an address, or was let ask this machine only.",
}
"""Words of what it reports, and why that need not be reported."""

_CONSEQUENCES = re.compile(
    r"^<class|broke down|could not run due to unmet|must not be hashed if hashed|failed verification"
    r"|does not start with any permitted"
)
"""What it says after it has stumbled over something else."""


@dataclass(frozen=True)
class Official:
    """What the official validator says of a badge."""

    valid: bool
    errors: tuple[str, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """Something that only one of the two says, and why the other does not."""

    is_ours: bool
    what: str
    """The rule, or the official validator's message."""
    why: str


def differences(report: Report, official: Official) -> list[Difference]:
    """All that only one of the two says: first our errors, then the official validator's.

    >>> finding = Finding("profile-email", Severity.ERROR, "https://example.org/i", "/email", "There is none.", "Profile")
    >>> differences(Report("https://example.org/i", (finding,), (), "Issuer"), Official(valid=True, errors=()))[0].what
    'profile-email'
    """
    said = (*official.errors, *official.warnings)
    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    missed = [error for error in errors if not any(is_same(error, message) for message in said)]
    ours = [Difference(is_ours=True, what=each.rule, why=_why_blind(each, said)) for each in missed]
    more = [message for message in official.errors if not any(is_same(each, message) for each in errors)]
    stumbled = report.verdict is not Verdict.VALID or len(official.errors) > 1
    theirs = [Difference(is_ours=False, what=each, why=_why_stricter(each, stumbled=stumbled)) for each in more]
    return ours + theirs


def is_same(finding: Finding, message: str) -> bool:
    """Whether the official validator's message says what a finding says."""
    pattern = _SEEN.get(finding.rule)
    if pattern and re.search(pattern, message):
        return True
    pieces = [piece for piece in finding.pointer.split("/") if piece and not piece.isdigit() and piece != "@value"]
    if not pieces:
        return False
    named = re.escape(member(pieces[-1]))
    return re.search(rf"\bproperty {named}\b|\b{named} property\b|Property {named} in", message) is not None


def _why_blind(finding: Finding, said: tuple[str, ...]) -> str:
    why = _REASONS.get(finding.rule)
    if why is None and any(_CONSEQUENCES.search(message) for message in said):
        return "It broke down before it came there."
    return why or UNEXPLAINED


def _why_stricter(message: str, *, stumbled: bool) -> str:
    if stumbled and _CONSEQUENCES.search(message):
        return "It follows from something else that is wrong."
    return next((why for words, why in _STRICTER.items() if _says(message, words)), UNEXPLAINED)


def _says(message: str, words: str) -> bool:
    return re.search(".*".join(re.escape(piece) for piece in words.split(" … ")), message, re.DOTALL) is not None


def blindness() -> dict[str, list[str]]:
    """Why the official validator does not report what some rules report, each reason with those rules."""
    return {why: slugs.split() for why, slugs in _BLIND.items()}


def strictness() -> dict[str, str]:
    """Words of what it reports beyond the specification, and why that need not be reported."""
    return dict(_STRICTER)


_REASONS = {slug: why for why, slugs in blindness().items() for slug in slugs}
BLIND_TO = tuple(_REASONS)
"""The rules that it does not have, or not always."""
