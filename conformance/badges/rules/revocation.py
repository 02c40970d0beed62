"""Badges that were taken back: by the answer, by the document, or by the issuer's list."""

from ..badge import Badge, State
from ..forms import of_type, optional
from ..node import Flaw, Flaws, Node
from ..rule import error, warning
from ..values import is_iri, quoted


@error("revoked-status", "Revoking Hosted Assertions")
def revoked_status(badge: Badge) -> Flaws:
    """An assertion's address does not answer 410: that says that it was revoked, whatever the body says."""
    for read in badge.reads:
        if read.state is State.GONE:
            yield Flaw(read.url, "", f"It was revoked: the address answers 410.{_reason(read.node)}")


@error("revoked-body", "Revoking Hosted Assertions")
def revoked_body(badge: Badge) -> Flaws:
    """An assertion does not say that it is revoked. One that does should also answer 410."""
    gone = {read.url for read in badge.reads if read.state is State.GONE}
    for node in badge.of("Revoked"):
        if node.document not in gone:
            yield node.flaw("revoked", f"It was revoked.{_reason(node)}")
    for node in badge.of("Assertion"):
        if not node.is_hosted and node.of("revoked") is True:
            yield node.flaw("revoked", f"It was revoked.{_reason(node)}")


@error("revoked-boolean", "Assertion: revoked")
def revoked_boolean(badge: Badge) -> Flaws:
    """Whether an assertion is revoked is said by true or false."""
    for node in badge.of("Assertion"):
        yield from optional(node, "revoked", "boolean")


@error("revocation-reason", "Assertion: revocationReason")
def revocation_reason(badge: Badge) -> Flaws:
    """The reason for which an assertion was revoked is a text."""
    for node in badge.of("Assertion", "Endorsement"):
        yield from optional(node, "revocationReason", "text")


@error("revoked-by-list", "Revoking a Signed Badge")
def revoked_by_list(badge: Badge) -> Flaws:
    """A signed assertion is not on its issuer's revocation list."""
    assertion = badge.first("Assertion")
    if not badge.is_signed or not assertion:
        return
    for node in badge.of("RevocationList"):
        for member in node.members("revokedAssertions"):
            entry = member.value if isinstance(member.value, dict) else {"id": member.value}
            is_named = entry.get("id") is not None and entry.get("id") == assertion.id
            if is_named or (entry.get("uid") is not None and entry.get("uid") == assertion.of("uid")):
                yield node.flaw_at(member, f"It was revoked.{_reason(Node('Entry', '', '', entry))}")


@error("revocation-list-type", "RevocationList: type")
def revocation_list_type(badge: Badge) -> Flaws:
    """A revocation list says that it is one."""
    for node in badge.of("RevocationList"):
        yield from of_type(node, "RevocationList")


@warning("revocation-list-issuer", "RevocationList: issuer")
def revocation_list_issuer(badge: Badge) -> Flaws:
    """A revocation list that names an issuer names the one that names it."""
    issuer = badge.first("Issuer")
    for node in badge.of("RevocationList") if issuer else ():
        if issuer and node.one("issuer") and node.of("issuer") != issuer.id:
            yield node.flaw("issuer", f"`issuer` says {quoted(node.of('issuer'))}; the list was named by {issuer.id}.")


@error("revocation-list-entries", "RevocationList: revokedAssertions")
def revocation_list_entries(badge: Badge) -> Flaws:
    """A revocation list has `revokedAssertions`, be it empty."""
    for node in badge.of("RevocationList"):
        if "revokedAssertions" not in node.value:
            yield node.flaw("revokedAssertions", "There is no `revokedAssertions`.")


@error("revocation-list-entry", "RevocationList: revokedAssertions")
def revocation_list_entry(badge: Badge) -> Flaws:
    """Each entry of a revocation list is the IRI of a badge, or an object with its `id` or, of old, its `uid`."""
    for node in badge.of("RevocationList"):
        for member in node.members("revokedAssertions"):
            value = member.value
            id = value.get("id") if isinstance(value, dict) else value
            uid = value.get("uid") if isinstance(value, dict) else None
            if not is_iri(id) and (id is not None or not isinstance(uid, str)):
                yield node.flaw_at(member, "This entry names no badge, neither by an IRI nor by a `uid`.")


@warning("revocation-list-one-entry", "RevocationList: revokedAssertions")
def revocation_list_one_entry(badge: Badge) -> Flaws:
    """A revocation list does not have exactly one entry: common readers take such a list for an empty one."""
    for node in badge.of("RevocationList"):
        if len(node.members("revokedAssertions")) == 1:
            yield node.flaw("revokedAssertions", "A list of one is overlooked by common readers; two or more are not.")


def _reason(node: Node | None) -> str:
    reason = node.text("revocationReason") if node else None
    return f" The reason given: {quoted(reason)}." if reason else " No reason is given."
