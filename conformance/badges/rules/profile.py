"""Profiles: of the issuer, who has to be known, and of those who endorse."""

from ..badge import Badge
from ..forms import of_type, optional, required
from ..node import Flaws
from ..rule import error, warning
from ..values import is_mail_address, is_telephone, quoted


@error("profile-id", "Profile: id")
def profile_id(badge: Badge) -> Flaws:
    """A profile has an `id`: for an issuer a web address, since only what is hosted there can speak for the issuer."""
    for node in badge.of("Issuer"):
        yield from required(node, "id", "address")
    for node in badge.of("Endorser"):
        yield from required(node, "id", "iri")


@error("profile-type", "Profile: type")
def profile_type(badge: Badge) -> Flaws:
    """A profile says that it is one, by `Profile` or `Issuer`."""
    for node in badge.of("Issuer", "Endorser"):
        yield from of_type(node, "Profile", "Issuer")


@error("profile-name", "Profile: name")
def profile_name(badge: Badge) -> Flaws:
    """An issuer has a name: a text that is not blank."""
    for node in badge.of("Issuer"):
        yield from required(node, "name", "text")


@error("profile-url", "Profile: url")
def profile_url(badge: Badge) -> Flaws:
    """An issuer has a home on the web, given by its address."""
    for node in badge.of("Issuer"):
        yield from required(node, "url", "address")


@error("profile-email", "Profile: email")
def profile_email(badge: Badge) -> Flaws:
    """An issuer can be reached by mail."""
    for node in badge.of("Issuer"):
        member = node.one("email")
        if member is None:
            yield node.flaw("email", "There is no `email`: nobody can write to this issuer.")
        elif not is_mail_address(member.value):
            yield node.flaw_at(member, f"`email` is {quoted(member.value)}; it has to be a mail address.")


@warning("profile-telephone", "Profile: telephone")
def profile_telephone(badge: Badge) -> Flaws:
    """A telephone number is written as E.164 has it, without blanks: +16175551212."""
    for node in badge.of("Issuer", "Endorser"):
        for member in node.members("telephone"):
            if not is_telephone(member.value):
                yield node.flaw_at(member, f"{quoted(member.value)} is not written like +16175551212.")


@error("profile-description", "Profile: description")
def profile_description(badge: Badge) -> Flaws:
    """A profile's description is a text."""
    for node in badge.of("Issuer", "Endorser"):
        yield from optional(node, "description", "text")


@error("profile-public-key", "Profile: publicKey")
def profile_public_key(badge: Badge) -> Flaws:
    """Each of an issuer's keys is named by an IRI, or is an object."""
    for node in badge.of("Issuer"):
        yield from optional(node, "publicKey", "reference")


@error("profile-revocation-list", "Profile: revocationList")
def profile_revocation_list(badge: Badge) -> Flaws:
    """An issuer's revocation list is named by its web address."""
    for node in badge.of("Issuer"):
        yield from optional(node, "revocationList", "address")
