"""Every object of a badge is JSON-LD that means what Open Badges means by it."""

from collections.abc import Iterator

from ..badge import Badge
from ..contexts import contexts, vocabulary
from ..links import BADGE_OBJECTS, DOCUMENTS
from ..node import Flaws, Node
from ..rule import error, warning
from ..terms import CONTEXT, TERMS, expanded
from ..terms import member as member_named
from ..values import is_iri, is_language, quoted

_SINGLE = {
    "Assertion": "id recipient badge verification issuedOn image narrative expires revoked revocationReason",
    "BadgeClass": "id name description image criteria issuer",
    "Issuer": "id name url telephone description image email verification revocationList",
    "IdentityObject": "identity type hashed salt",
    "Verification": "type creator",
    "Endorsement": "id claim issuer issuedOn verification",
    "Image": "id caption author",
    "Criteria": "id narrative",
    "AlignmentObject": "targetName targetUrl targetDescription targetFramework targetCode",
    "CryptographicKey": "id owner publicKeyPem",
}
_FREE = ("Extension", "Claim", "Copy", "Revoked")


def _whole(badge: Badge) -> Iterator[Node]:
    """The objects that are documents: those at addresses, and the one that was given."""
    given = badge.chain.presented.source
    roles = (*DOCUMENTS, "Copy")
    return (node for node in badge.of(*roles) if node.is_hosted or (node.document == given and not node.pointer))


@error("context", "Open Badges in Linked Data")
def context(badge: Badge) -> Flaws:
    """Every document names the context of Open Badges 2.0, https://w3id.org/openbadges/v2, alone or among others."""
    for node in _whole(badge):
        named = [each for each in contexts(node) if isinstance(each, str)]
        if CONTEXT not in named:
            words = f"`@context` names {quoted(', '.join(named))}" if named else "No context is named"
            yield node.flaw(
                "@context", f"{words}; {CONTEXT} has to be named, or the words of this document mean nothing."
            )


@error("context-redefined", "Additional Properties")
def context_redefined(badge: Badge) -> Flaws:
    """A context within a document gives the words of Open Badges no other meaning."""
    for node in _whole(badge):
        for member in node.members("@context"):
            for word, meaning in member.value.items() if isinstance(member.value, dict) else ():
                iri = meaning.get("@id", word) if isinstance(meaning, dict) else meaning
                if word in TERMS and not (isinstance(iri, str) and expanded(iri) == TERMS[word]):
                    yield node.flaw_at(member, f"The context gives `{word}` another meaning: {quoted(iri)}.")


@warning("unmapped-property", "Additional Properties")
def unmapped_property(badge: Badge) -> Flaws:
    """Every member is a word of a context of its document, or an IRI: any other is no part of the badge's meaning."""
    documents = {node.document: vocabulary(node) for node in _whole(badge)}
    for node in badge.nodes:
        document = documents.get(node.document)
        if node.role in _FREE or document is None or ("@context" in node.value and node.pointer):
            continue
        for name in node.value:
            is_extension = any("Extension" in part.types for part in node.parts(name, "Extension"))
            if not is_extension and not document.has(name):
                yield node.flaw(
                    name, f"{quoted(name)} is no word of Open Badges, so readers may drop it. Is it misspelt?"
                )


@error("single-value", "Primitive datatypes: Array")
def single_value(badge: Badge) -> Flaws:
    """A property that the specification does not say has many values has one."""
    for node in badge.nodes:
        role = "Issuer" if node.role == "Endorser" else node.role
        for name in _SINGLE.get(role, "").split():
            members = node.members(name)
            if len(members) > 1:
                yield node.flaw_at(members[1], f"`{name}` has {len(members)} values; it may have only one.")


@error("language", "Internationalization and Multilingual Badges")
def language(badge: Badge) -> Flaws:
    """A language is written as BCP 47 has it: `en`, `es-MX`."""
    for node in badge.of(*BADGE_OBJECTS):
        for member in node.members("@language"):
            if not is_language(member.value):
                yield node.flaw_at(member, f"{quoted(member.value)} is no language tag, such as en or es-MX.")


@error("version", "Properties: version")
def version(badge: Badge) -> Flaws:
    """A version is a text or a number."""
    for node in badge.of(*BADGE_OBJECTS):
        for member in node.members("version"):
            if isinstance(member.value, bool) or not isinstance(member.value, str | int | float):
                yield node.flaw_at(member, f"`version` is {quoted(member.value)}; it has to be a text or a number.")


@error("related", "Properties: related")
def related(badge: Badge) -> Flaws:
    """A related object is named by its IRI, or described with it."""
    for node in badge.of(*BADGE_OBJECTS):
        for member in node.members("related"):
            value = member.value.get("id") if isinstance(member.value, dict) else member.value
            if not is_iri(value):
                yield node.flaw_at(member, "`related` does not name another object by an IRI.")


@warning("copy-differs", "HostedBadge Verification")
def copy_differs(badge: Badge) -> Flaws:
    """A copy, embedded in another document or baked into an image, says what the original at its address says."""
    for copy, original in badge.copies:
        if original.role != "Revoked":
            yield from _differences(copy, original)


def _differences(copy: Node, original: Node) -> Flaws:
    for name in dict.fromkeys(map(member_named, copy.value)):
        ours, theirs = copy.one(name), original.one(name)
        if ours is None or theirs is None or name in ("@context", "type"):
            continue
        if isinstance(ours.value, dict) and isinstance(theirs.value, dict):
            inner = Node("Copy", original.document, theirs.pointer, theirs.value)
            yield from _differences(Node("Copy", copy.document, ours.pointer, ours.value), inner)
        elif not isinstance(ours.value, dict) and not isinstance(theirs.value, dict) and ours.value != theirs.value:
            said = f"this copy says {quoted(ours.value)}, the original {quoted(theirs.value)}"
            yield copy.flaw_at(ours, f"`{name}`: {said} ({original.document}).")
