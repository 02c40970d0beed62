"""Checks that many rules share: what a member of an object has to be. Each tells what is there instead."""

from collections.abc import Callable

from .node import Flaws, Node
from .values import instant, is_iri, is_web_address, kind, quoted

IS_WHAT = {
    "text": "a text",
    "boolean": "true or false",
    "address": "a complete address that begins with https:// or http://",
    "iri": "a complete IRI, such as https://example.org/1 or urn:uuid:…",
    "instant": "a date and time with its offset from UTC, such as 2026-03-15T10:00:00Z",
    "reference": "an IRI, or an object",
}
_TESTS: dict[str, Callable[[object], bool]] = {
    "text": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "address": is_web_address,
    "iri": is_iri,
    "instant": lambda value: instant(value) is not None,
    "reference": lambda value: is_iri(value) or isinstance(value, dict),
}


def required(node: Node, name: str, form: str) -> Flaws:
    """A member that has to be there, and has to be of a form. A text must not be blank."""
    member = node.one(name)
    if member is None:
        yield node.flaw(name, f"There is no `{name}`.")
    elif member.value == "" or (isinstance(member.value, str) and member.value.isspace()):
        yield node.flaw(name, f"`{name}` is blank.")
    else:
        yield from optional(node, name, form)


def optional(node: Node, name: str, form: str) -> Flaws:
    """A member that may be left out, and has to be of a form if it is there: every value of it."""
    for member in node.members(name):
        if not _TESTS[form](member.value):
            yield node.flaw_at(member, f"`{name}` is {quoted(member.value)}; it has to be {IS_WHAT[form]}.")


def of_type(node: Node, *wanted: str) -> Flaws:
    """What an object says that it is includes one of these; all that it says are texts."""
    written = [member for member in node.members("type") if not isinstance(member.value, str)]
    if written:
        yield node.flaw_at(written[0], f"`type` holds {kind(written[0].value)}; types are texts.")
    elif not node.types:
        yield node.flaw("type", f"There is no `type`; it has to say {wanted[0]}.")
    elif not set(wanted) & set(node.types):
        said = ", ".join(node.types)
        yield node.flaw("type", f"`type` says {quoted(said)}; {wanted[0]} has to be among what it says.")
