"""Signed badges: a JSON Web Signature that one of the issuer's own keys has made."""

from ..badge import Badge, State
from ..forms import of_type
from ..jws import Jws, has_public_key, is_signed_with, key_trouble
from ..node import Flaw, Flaws, Node
from ..rule import error, warning
from ..values import quoted


@error("jws-form", "SignedBadge Verification")
def jws_form(badge: Badge) -> Flaws:
    """A signed badge is three pieces of base64url with dots between them; the first two are JSON objects."""
    if badge.jws and badge.jws.broken:
        yield _flaw(badge, badge.jws.broken)


@error("signature-algorithm", "SignedBadge Verification")
def signature_algorithm(badge: Badge) -> Flaws:
    """A signature is made by an algorithm with a public key: others prove nothing to those who only read."""
    jws = _readable(badge)
    if jws and not has_public_key(jws.algorithm):
        yield _flaw(badge, f"Its algorithm is {quoted(jws.algorithm)}, which has no public key to check it with.")


@error("signature-critical", "SignedBadge Verification")
def signature_critical(badge: Badge) -> Flaws:
    """A signature asks for nothing that its readers do not know (RFC 7515, `crit`)."""
    jws = _readable(badge)
    if jws and jws.header and "crit" in jws.header.value:
        yield _flaw(badge, "Its header has `crit`: it asks for extensions that Open Badges does not know.")


@warning("signature-uncommon", "SignedBadge Verification")
def signature_uncommon(badge: Badge) -> Flaws:
    """A signature is made by RSA with SHA-256, RS256, which every reader knows."""
    jws = _readable(badge)
    if jws and has_public_key(jws.algorithm) and jws.algorithm != "RS256":
        yield _flaw(badge, f"Its algorithm is {jws.algorithm}; many readers know only RS256.")


@error("signing-key", "SignedBadge Verification")
def signing_key(badge: Badge) -> Flaws:
    """The issuer of a signed badge names a public key in the hosted profile: no other key is to be trusted."""
    issuer = badge.first("Issuer")
    if _readable(badge) and issuer and issuer.is_hosted and not issuer.members("publicKey"):
        yield issuer.flaw("publicKey", "There is no `publicKey`, so nothing that is signed can be from this issuer.")


@error("creator-of-issuer", "VerificationObject: creator")
def creator_of_issuer(badge: Badge) -> Flaws:
    """The key that an assertion says it was signed with is one of those that its issuer names."""
    creator, keys = _creator(badge), _key_ids(badge)
    assertion = badge.first("Verification")
    if creator and keys and creator not in keys and assertion:
        yield assertion.flaw("creator", f"It says that it was signed with {creator}, which its issuer does not name.")


@error("signature", "SignedBadge Verification")
def signature(badge: Badge) -> Flaws:
    """The signature was made with a key of the issuer, and nothing has been changed since."""
    jws, keys = _readable(badge), _usable_keys(badge)
    if not jws or not keys or not has_public_key(jws.algorithm):
        return
    if not any(is_signed_with(jws, str(key.text("publicKeyPem"))) for key in keys):
        names = " or ".join(str(key.id or "the key in the issuer's profile") for key in keys)
        yield _flaw(badge, f"The signature was not made with {names}, or what is signed was changed afterwards.")


@error("key-type", "CryptographicKey: type")
def key_type(badge: Badge) -> Flaws:
    """A key that says what it is says `CryptographicKey`."""
    for node in badge.of("CryptographicKey"):
        if node.members("type"):
            yield from of_type(node, "CryptographicKey")


@warning("key-owner", "CryptographicKey: owner")
def key_owner(badge: Badge) -> Flaws:
    """A key names the issuer as its owner, as the issuer names the key."""
    issuer = badge.first("Issuer")
    for node in badge.of("CryptographicKey") if issuer else ():
        if issuer and node.of("owner") != issuer.id:
            said = f"says {quoted(node.of('owner'))}" if node.of("owner") else "is missing"
            yield node.flaw("owner", f"`owner` {said}; the issuer that names this key is {issuer.id}.")


@error("key-pem", "CryptographicKey: publicKeyPem")
def key_pem(badge: Badge) -> Flaws:
    """A key is a public one, in PEM."""
    for node in badge.of("CryptographicKey"):
        pem = node.text("publicKeyPem")
        trouble = key_trouble(pem) if pem else "there is no such text"
        if trouble:
            yield node.flaw("publicKeyPem", f"`publicKeyPem`: {trouble}.")


def _flaw(badge: Badge, words: str) -> Flaw:
    return Flaw(badge.chain.presented.source, "", words)


def _readable(badge: Badge) -> Jws | None:
    return badge.jws if badge.jws and not badge.jws.broken else None


def _creator(badge: Badge) -> str | None:
    verification = badge.first("Verification") if badge.is_signed else None
    if not verification:
        return None
    named = verification.parts("creator", "CryptographicKey")
    return named[0].id if named else verification.text("creator")


def _key_ids(badge: Badge) -> list[str]:
    """What the hosted profile calls its keys."""
    issuer = badge.first("Issuer")
    if not issuer or not issuer.is_hosted:
        return []
    held = [node.id for node in issuer.parts("publicKey", "CryptographicKey")]
    named = [member.value for member in issuer.members("publicKey")]
    return [each for each in (*held, *named) if isinstance(each, str)]


def _usable_keys(badge: Badge) -> list[Node]:
    """The keys that the signature may be made with: the one that is named, or any that the issuer names."""
    issuer, creator = badge.first("Issuer"), _creator(badge)
    if not issuer or not issuer.is_hosted or any(read.state is State.UNREACHABLE for read in badge.reads):
        return []
    keys = [node for node in badge.of("CryptographicKey") if not key_trouble(node.text("publicKeyPem") or "")]
    return [key for key in keys if key.id == creator] if creator else keys
