"""Endorsements: what others say of a badge, of an assertion or of an issuer."""

from ..badge import Badge
from ..forms import of_type, optional, required
from ..links import BADGE_OBJECTS
from ..node import Flaws
from ..rule import error, warning
from ..values import is_iri, kind


@error("endorsement", "Properties: endorsement")
def endorsement(badge: Badge) -> Flaws:
    """Each endorsement is named by an IRI, or is an object."""
    for node in badge.of(*BADGE_OBJECTS):
        yield from optional(node, "endorsement", "reference")


@error("endorsement-id", "Endorsement: id")
def endorsement_id(badge: Badge) -> Flaws:
    """An endorsement has an `id`: an IRI, its own address mostly."""
    for node in badge.of("Endorsement"):
        yield from required(node, "id", "iri")


@error("endorsement-type", "Endorsement: type")
def endorsement_type(badge: Badge) -> Flaws:
    """An endorsement says that it is one."""
    for node in badge.of("Endorsement"):
        yield from of_type(node, "Endorsement")


@error("endorsement-claim", "Endorsement: claim")
def endorsement_claim(badge: Badge) -> Flaws:
    """An endorsement makes a claim: an object that names by its `id` what it is about."""
    for node in badge.of("Endorsement"):
        member = node.one("claim")
        if member is None:
            yield node.flaw("claim", "There is no `claim`: it says nothing.")
        elif not isinstance(member.value, dict):
            yield node.flaw_at(member, f"`claim` is {kind(member.value)}; it has to be an object.")
        elif not is_iri(node.parts("claim", "Claim")[0].of("id")):
            yield node.parts("claim", "Claim")[0].flaw("id", "The claim does not name what it is about by an IRI.")


@error("endorsement-subject", "Properties: endorsement")
def endorsement_subject(badge: Badge) -> Flaws:
    """An endorsement that an object names is about that object."""
    for node, endorsed in badge.endorsed:
        for claim in node.parts("claim", "Claim"):
            if is_iri(claim.id) and endorsed.id and claim.id != endorsed.id:
                yield claim.flaw("id", f"The claim is about {claim.id}, and was named by {endorsed.id}.")


@error("endorsement-comment", "Endorsement: endorsementComment")
def endorsement_comment(badge: Badge) -> Flaws:
    """The comment of an endorsement is a text."""
    for node in badge.of("Claim"):
        yield from optional(node, "endorsementComment", "text")


@error("endorsement-issuer", "Endorsement: issuer")
def endorsement_issuer(badge: Badge) -> Flaws:
    """An endorsement names who makes it, by the address of a profile or by the profile itself."""
    for node in badge.of("Endorsement"):
        yield from required(node, "issuer", "reference")


@error("endorsement-issued-on", "Endorsement: issuedOn")
def endorsement_issued_on(badge: Badge) -> Flaws:
    """An endorsement says when it was made: date and time, with the offset from UTC."""
    for node in badge.of("Endorsement"):
        yield from required(node, "issuedOn", "instant")


@error("endorsement-verification", "Endorsement: verification")
def endorsement_verification(badge: Badge) -> Flaws:
    """An endorsement says how it is verified, by an object."""
    for node in badge.of("Endorsement"):
        if not isinstance(node.of("verification"), dict):
            yield node.flaw("verification", "There is no object `verification`: nobody knows how to verify this.")


@warning("endorsement-revoked", "Endorsement: revoked")
def endorsement_revoked(badge: Badge) -> Flaws:
    """An endorsement that is named was not revoked."""
    for node in badge.of("Endorsement"):
        if node.of("revoked") is True:
            yield node.flaw("revoked", "This endorsement was revoked.")
