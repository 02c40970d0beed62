"""Who earned the badge: an identity, in clear or as a hash, and whether it is the one that is expected."""

import hashlib

from ..badge import Badge
from ..forms import optional, required
from ..node import Flaws, Node
from ..rule import error, warning
from ..terms import is_mapped
from ..values import is_digest, is_mail_address, quoted

SERVICEABLE = ("email", "url", "telephone")


@error("identity-type", "IdentityObject: type")
def identity_type(badge: Badge) -> Flaws:
    """An identity says which property of a profile it is, by a word of the context: `email` mostly."""
    for node in badge.of("IdentityObject"):
        member = node.one("type")
        if member is None:
            yield node.flaw("type", "There is no `type`: nobody knows what this identity is.")
        elif not isinstance(member.value, str) or not is_mapped(member.value):
            yield node.flaw_at(member, f"`type` is {quoted(member.value)}; it has to name a property, such as email.")


@warning("identity-type-unusual", "Profile Identifier Properties")
def identity_type_unusual(badge: Badge) -> Flaws:
    """The property is one by which people are told apart: `email`, `url` or `telephone`."""
    for node in badge.of("IdentityObject"):
        types = node.types
        if types and is_mapped(types[0]) and types[0] not in SERVICEABLE:
            yield node.flaw("type", f"Hardly anybody can check an identity of type {quoted(types[0])}.")


@error("identity", "IdentityObject: identity")
def identity(badge: Badge) -> Flaws:
    """An identity is a text that is not blank."""
    for node in badge.of("IdentityObject"):
        yield from required(node, "identity", "text")


@error("hashed", "IdentityObject: hashed")
def hashed(badge: Badge) -> Flaws:
    """An identity says whether it is hashed, by true or false."""
    for node in badge.of("IdentityObject"):
        yield from required(node, "hashed", "boolean")


@error("identity-hash-form", "Primitive datatypes: IdentityHash")
def identity_hash_form(badge: Badge) -> Flaws:
    """A hashed identity is `sha256$` or `md5$`, followed by the hash in hexadecimal digits."""
    for node in badge.of("IdentityObject"):
        text = node.text("identity")
        if text and node.of("hashed") is True and not is_digest(text):
            yield node.flaw("identity", f"It is said to be hashed, and {quoted(text)} is no hash of SHA-256 or MD5.")


@error("identity-hash-denied", "IdentityObject: hashed")
def identity_hash_denied(badge: Badge) -> Flaws:
    """What looks like a hash is said to be one."""
    for node in badge.of("IdentityObject"):
        if node.of("hashed") is False and is_digest(node.of("identity")):
            yield node.flaw("hashed", "It is said not to be hashed, and `identity` is a hash.")


@error("identity-email", "IdentityObject: identity")
def identity_email(badge: Badge) -> Flaws:
    """An identity of type `email` that is not hashed is a mail address."""
    for node in badge.of("IdentityObject"):
        text = node.text("identity")
        is_clear = node.of("hashed") is False and "email" in node.types
        if text and is_clear and not is_digest(text) and not is_mail_address(text):
            yield node.flaw("identity", f"{quoted(text)} is no mail address.")


@error("salt", "IdentityObject: salt")
def salt(badge: Badge) -> Flaws:
    """A salt is a text."""
    for node in badge.of("IdentityObject"):
        yield from optional(node, "salt", "text")


@warning("salt-missing", "IdentityObject: salt")
def salt_missing(badge: Badge) -> Flaws:
    """A hash is salted: without a salt, whoever guesses the address can confirm it, for all badges at once."""
    for node in badge.of("IdentityObject"):
        if node.of("hashed") is True and is_digest(node.of("identity")) and not node.of("salt"):
            yield node.flaw("salt", "The hash has no salt, so it is easily looked up whose address it is.")


@warning("identity-md5", "Primitive datatypes: IdentityHash")
def identity_md5(badge: Badge) -> Flaws:
    """A hash is made by SHA-256: MD5 is allowed, and long broken."""
    for node in badge.of("IdentityObject"):
        if is_digest(node.of("identity")) and str(node.of("identity")).startswith("md5$"):
            yield node.flaw("identity", "The hash is made by MD5, which no longer protects anything.")


@warning("identity-plain", "IdentityObject: identity")
def identity_plain(badge: Badge) -> Flaws:
    """An identity that is personal is hashed: what is published is read by everybody."""
    for node in badge.of("IdentityObject"):
        text = node.text("identity")
        is_personal = is_mail_address(text) if "email" in node.types else "telephone" in node.types and text is not None
        if node.of("hashed") is False and is_personal and not is_digest(text):
            yield node.flaw("identity", "The recipient's address can be read by everybody who has the badge.")


@error("recipient-does-not-match", "Verification")
def recipient_does_not_match(badge: Badge) -> Flaws:
    """The badge was awarded to the recipient who is expected, letter by letter."""
    expected = badge.chain.recipient
    for node in badge.of("IdentityObject") if expected else ():
        text = node.text("identity")
        if expected is None or not text or (node.of("hashed") is True and not is_digest(text)):
            continue
        if not _is(node, text, expected):
            folded = expected.lower()
            hint = f" It is that of {folded}: case counts." if folded != expected and _is(node, text, folded) else ""
            yield node.flaw("identity", f"The identity is not that of {expected}.{hint}")


def _is(node: Node, identity: str, expected: str) -> bool:
    if not is_digest(identity):
        return identity == expected
    name, _, digest = identity.partition("$")
    content = (expected + (node.text("salt") or "")).encode()
    # Old badges are hashed with MD5, and have to be compared.
    made = hashlib.new(name, content, usedforsecurity=False)
    return made.hexdigest() == digest.lower()
