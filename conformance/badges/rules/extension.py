"""Extensions: additions to a badge that say themselves what they mean. Their schemas are not read."""

from ..badge import Badge
from ..contexts import vocabulary
from ..links import BADGE_OBJECTS
from ..node import Flaws
from ..rule import error
from ..values import is_web_address, kind, quoted

_NAMESPACE = "extensions:"


@error("extension-form", "Extensions")
def extension_form(badge: Badge) -> Flaws:
    """An extension is an object."""
    for node in badge.of(*BADGE_OBJECTS):
        for name in node.value:
            for member in node.members(name) if name.startswith(_NAMESPACE) else ():
                if not isinstance(member.value, dict):
                    yield node.flaw_at(member, f"The extension {name} is {kind(member.value)}; it has to be an object.")


@error("extension-context", "Extensions: @context")
def extension_context(badge: Badge) -> Flaws:
    """An extension names the context that defines its words, by a web address."""
    for node in badge.of("Extension"):
        named = [member.value for member in node.members("@context")]
        if not named:
            yield node.flaw("@context", "This extension names no `@context`, so its words mean nothing.")
        elif not all(is_web_address(each) for each in named):
            yield node.flaw("@context", "This extension's `@context` is no web address.")


@error("extension-type", "Extensions: type")
def extension_type(badge: Badge) -> Flaws:
    """An extension says that it is an `Extension`, and which one."""
    for node in badge.of("Extension"):
        if "Extension" not in node.types or len(node.types) == 1:
            said = quoted(", ".join(node.types)) if node.types else "nothing"
            yield node.flaw("type", f"`type` says {said}; it has to say Extension, and which one it is.")


@error("extension-name", "Extensions")
def extension_name(badge: Badge) -> Flaws:
    """An extension stands under a name that is an IRI, or a word of its document's context."""
    documents = {node.document: vocabulary(node) for node in badge.of(*BADGE_OBJECTS) if not node.pointer}
    for node in badge.of("Extension"):
        name = next((piece for piece in reversed(node.pointer.split("/")) if piece and not piece.isdigit()), "")
        name = name.replace("~1", "/").replace("~0", "~")
        words = documents.get(node.document) or vocabulary(node)
        if not words.has(name):
            yield node.flaw("", f"The extension stands under {quoted(name)}, which is neither an IRI nor a known word.")
