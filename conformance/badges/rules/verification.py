"""How an assertion is verified, and where its issuer allows assertions to be."""

from ..badge import Badge
from ..forms import optional
from ..node import Flaws, Node
from ..rule import error, warning
from ..terms import term
from ..values import authority, is_host, is_web_address, kind, quoted

WAYS = ("HostedBadge", "SignedBadge")


@error("verification", "Assertion: verification")
def verification(badge: Badge) -> Flaws:
    """An assertion says how it is verified, by an object."""
    for node in badge.of("Assertion"):
        member = node.one("verification")
        if member is None:
            yield node.flaw("verification", "There is no `verification`: nobody knows how to verify this.")
        elif not isinstance(member.value, dict):
            yield node.flaw_at(member, f"`verification` is {kind(member.value)}; it has to be an object.")


@error("verification-type", "VerificationObject: type")
def verification_type(badge: Badge) -> Flaws:
    """The way is `HostedBadge` or `SignedBadge`, also by their old names `hosted` and `signed`."""
    for node in badge.of("Verification"):
        if not set(WAYS) & set(node.types):
            said = quoted(", ".join(node.types)) if node.types else "nothing"
            yield node.flaw("type", f"`type` says {said}; it has to say HostedBadge or SignedBadge.")


@error("verification-presentation", "VerificationObject: SignedBadge")
def verification_presentation(badge: Badge) -> Flaws:
    """What says that it is signed comes in a signature, and what comes in a signature says that it is signed."""
    for node in badge.of("Verification"):
        ways = set(WAYS) & set(node.types)
        if ways == {"SignedBadge"} and not badge.is_signed:
            yield node.flaw("type", "It says that it is signed, and came without a signature.")
        elif ways == {"HostedBadge"} and badge.is_signed:
            yield node.flaw("type", "It came in a signature, and says that it is hosted.")


@error("verification-creator", "VerificationObject: creator")
def verification_creator(badge: Badge) -> Flaws:
    """The key that an assertion says it was signed with is named by an IRI."""
    for node in badge.of("Verification"):
        yield from optional(node, "creator", "reference")


@warning("policy-type", "VerificationObject: type")
def policy_type(badge: Badge) -> Flaws:
    """A profile's instructions for verifying say that they are a `VerificationObject`."""
    for node in badge.of("Policy"):
        if node.members("type") and "VerificationObject" not in node.types:
            yield node.flaw("type", f"`type` says {quoted(', '.join(node.types))}, not VerificationObject.")


@error("policy-property", "VerificationObject: verificationProperty")
def policy_property(badge: Badge) -> Flaws:
    """The property that has to be within an issuer's bounds is `id`: there is no other."""
    for node in badge.of("Policy"):
        for member in node.members("verificationProperty"):
            if not isinstance(member.value, str) or term(member.value) != "id":
                yield node.flaw_at(member, f"`verificationProperty` is {quoted(member.value)}; only id is known.")


@error("policy-starts-with", "VerificationObject: startsWith")
def policy_starts_with(badge: Badge) -> Flaws:
    """What an assertion's `id` has to start with is the beginning of a web address."""
    for node in badge.of("Policy"):
        yield from optional(node, "startsWith", "address")


@warning("policy-starts-with-host", "VerificationObject: startsWith")
def policy_starts_with_host(badge: Badge) -> Flaws:
    """It ends after the host: `https://example.org` is also how https://example.org.example.com starts."""
    for node in badge.of("Policy"):
        for member in node.members("startsWith"):
            if isinstance(member.value, str) and is_web_address(member.value) and member.value.count("/") < 3:
                yield node.flaw_at(
                    member, f"{quoted(member.value)} has no slash after its host; other hosts fit as well."
                )


@error("policy-allowed-origins", "VerificationObject: allowedOrigins")
def policy_allowed_origins(badge: Badge) -> Flaws:
    """Each origin that an issuer allows is the name of a host, without scheme and path."""
    for node in badge.of("Policy"):
        for member in node.members("allowedOrigins"):
            if not is_host(member.value):
                yield node.flaw_at(member, f"{quoted(member.value)} is no host's name, such as example.org.")


@error("outside-starts-with", "VerificationObject: startsWith")
def outside_starts_with(badge: Badge) -> Flaws:
    """A hosted assertion's `id` starts as its issuer says that it does."""
    bounds = _bounds(badge)
    if bounds:
        assertion, _, starts, _ = bounds
        if starts and not any(str(assertion.id).startswith(start) for start in starts):
            yield assertion.flaw("id", f"Its issuer's assertions start with {' or '.join(starts)}; this one does not.")


@error("outside-allowed-origins", "VerificationObject: allowedOrigins")
def outside_allowed_origins(badge: Badge) -> Flaws:
    """A hosted assertion is at an origin that its issuer allows."""
    bounds = _bounds(badge)
    if bounds:
        assertion, _, _, origins = bounds
        place = authority(str(assertion.id)) or ""
        if origins and not {place, place.partition(":")[0]} & {origin.lower() for origin in origins}:
            yield assertion.flaw(
                "id", f"Its issuer's assertions are at {' or '.join(origins)}; this one is at {place}."
            )


@error("cross-origin-assertion", "HostedBadge Verification")
def cross_origin_assertion(badge: Badge) -> Flaws:
    """Where an issuer sets no bounds, a hosted assertion is on the same origin as the issuer's profile."""
    bounds = _bounds(badge)
    if bounds and not bounds[2] and not bounds[3]:
        assertion, issuer = bounds[:2]
        if authority(str(assertion.id)) != authority(str(issuer.id)):
            yield assertion.flaw("id", f"It is on another origin than its issuer, {issuer.id}, who allows none other.")


@error("cross-origin-badge", "HostedBadge Verification")
def cross_origin_badge(badge: Badge) -> Flaws:
    """So is the badge class."""
    bounds = _bounds(badge)
    badge_class = badge.first("BadgeClass")
    if bounds and not bounds[2] and not bounds[3] and badge_class and badge_class.id:
        issuer = bounds[1]
        if authority(badge_class.id) != authority(str(issuer.id)):
            yield badge_class.flaw(
                "id", f"It is on another origin than its issuer, {issuer.id}, who allows none other."
            )


def _bounds(badge: Badge) -> tuple[Node, Node, list[str], list[str]] | None:
    """A hosted assertion and its issuer, with what the issuer says of where assertions are; None if either is unknown."""
    assertion, issuer = badge.first("Assertion"), badge.first("Issuer")
    if not assertion or not issuer or not badge.is_hosted:
        return None
    if not is_web_address(assertion.id) or not is_web_address(issuer.id):
        return None
    policies = issuer.parts("verification", "Policy")
    starts = [each.value for policy in policies for each in policy.members("startsWith")]
    origins = [each.value for policy in policies for each in policy.members("allowedOrigins")]
    well_formed = [str(start) for start in starts if is_web_address(start)]
    return assertion, issuer, well_formed, [str(origin) for origin in origins if is_host(origin)]
