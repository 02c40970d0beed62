"""What the contexts of a document add to the words of Open Badges. A context at another address is not read."""

from .node import Node
from .terms import CONTEXT, is_mapped


def contexts(node: Node) -> list[object]:
    """Every context that an object names or holds."""
    return [member.value for member in node.members("@context")]


def gives_meaning(node: Node, name: str) -> bool:
    """Whether the contexts of a document give a name a meaning, or may do so since one of them is elsewhere.

    >>> gives_meaning(Node("Assertion", "", "", {"@context": [CONTEXT, {"grade": "https://example.org/grade"}]}), "grade")
    True
    >>> gives_meaning(Node("Assertion", "", "", {"@context": CONTEXT}), "grade")
    False
    """
    if is_mapped(name):
        return True
    for each in contexts(node):
        if isinstance(each, str) and each != CONTEXT:
            return True
        if isinstance(each, dict) and (name in each or "@vocab" in each):
            return True
    return False
