"""What the contexts of a document add to the words of Open Badges. A context at another address is not read."""

from dataclasses import dataclass

from .node import Node
from .terms import CONTEXT, is_mapped


def contexts(node: Node) -> list[object]:
    """Every context that an object names or holds."""
    return [member.value for member in node.members("@context")]


@dataclass(frozen=True)
class Vocabulary:
    """The words to which a document gives a meaning."""

    words: frozenset[str]
    is_open: bool
    """Whether it may give one to any other word as well, since one of its contexts is elsewhere."""

    def has(self, name: str) -> bool:
        """Whether a word has a meaning in the document, or may have one."""
        return self.is_open or name in self.words or is_mapped(name)


def vocabulary(node: Node) -> Vocabulary:
    """What the contexts of a document say.

    >>> vocabulary(Node("Assertion", "", "", {"@context": [CONTEXT, {"grade": "https://example.org/grade"}]})).has("grade")
    True
    >>> vocabulary(Node("Assertion", "", "", {"@context": CONTEXT})).has("grade")
    False
    """
    named = contexts(node)
    held = [each for each in named if isinstance(each, dict)]
    is_elsewhere = any(isinstance(each, str) and each != CONTEXT for each in named)
    is_open = is_elsewhere or any("@vocab" in each for each in held)
    return Vocabulary(frozenset(word for each in held for word in each), is_open)
