"""Which objects a badge is made of: what the parts of each object are, and which documents it names."""

from collections.abc import Iterator

from .node import Member, Node, below
from .terms import term

BADGE_OBJECTS = ("Assertion", "BadgeClass", "Issuer", "Endorser", "Endorsement")
DOCUMENTS = (*BADGE_OBJECTS, "CryptographicKey", "RevocationList")
LINKS = {
    "Assertion": {"badge": "BadgeClass", "endorsement": "Endorsement"},
    "BadgeClass": {"issuer": "Issuer", "endorsement": "Endorsement"},
    "Issuer": {"publicKey": "CryptographicKey", "revocationList": "RevocationList", "endorsement": "Endorsement"},
    "Endorsement": {"issuer": "Endorser"},
}
"""The documents that an object names, and the part that each of them plays."""
_PROFILE = {"verification": "Policy", "image": "Image"}
_PARTS = {
    "Assertion": {
        "recipient": "IdentityObject",
        "verification": "Verification",
        "evidence": "Evidence",
        "image": "Image",
    },
    "BadgeClass": {"criteria": "Criteria", "alignment": "AlignmentObject", "image": "Image"},
    "Issuer": _PROFILE,
    "Endorser": _PROFILE,
    "Endorsement": {"claim": "Claim"},
}
_ROLE_OF_TYPE = {
    "BadgeClass": "BadgeClass",
    "Profile": "Issuer",
    "Issuer": "Issuer",
    "Endorsement": "Endorsement",
    "CryptographicKey": "CryptographicKey",
    "RevocationList": "RevocationList",
}


def entry_role(node: Node) -> str:
    """The part that a document plays which is judged by itself: what its type says, an assertion if it says nothing."""
    return next((_ROLE_OF_TYPE[type] for type in node.types if type in _ROLE_OF_TYPE), "Assertion")


def parts(node: Node) -> Iterator[Node]:
    """The objects within an object that have rules of their own."""
    for name, role in _PARTS.get(node.role, {}).items():
        yield from node.parts(name, role)
    if node.role in BADGE_OBJECTS:
        yield from _extensions(node.document, node.pointer, node.value, is_top=True)


def images(node: Node) -> Iterator[Member]:
    """The images of an object: where each address stands, be it alone or in an Image object."""
    for member in node.members("image"):
        if isinstance(member.value, dict):
            inner = Node("Image", node.document, member.pointer, member.value).one("id")
            if inner:
                yield inner
        else:
            yield member


def _extensions(document: str, pointer: str, value: object, *, is_top: bool = False) -> Iterator[Node]:
    if isinstance(value, list):
        for place, each in enumerate(value):
            yield from _extensions(document, below(pointer, str(place)), each)
    elif isinstance(value, dict):
        node = Node("Extension", document, pointer, value)
        if not is_top and ("Extension" in node.types or _name(pointer).startswith("extensions:")):
            yield node
        # What stands below one of the words of Open Badges is an object of its own, looked at in its own turn.
        for key, each in value.items():
            if not (is_top and term(key) in ("badge", "issuer", "endorsement", "publicKey", "@context")):
                yield from _extensions(document, below(pointer, key), each)


def _name(pointer: str) -> str:
    pieces = [piece for piece in pointer.split("/") if not piece.isdigit()]
    return pieces[-1] if pieces else ""
