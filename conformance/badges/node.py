"""One object of a badge, wherever it stands: its members by the words of Open Badges, each with its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from .terms import member as word
from .terms import term

LONGEST_POINTER = 500


@dataclass(frozen=True)
class Flaw:
    """What a rule finds: a place and what is wrong there."""

    document: str
    pointer: str
    words: str


Flaws = Iterator[Flaw]


@dataclass(frozen=True)
class Member:
    """A value and where it stands."""

    pointer: str
    value: object


@dataclass(frozen=True)
class Node:
    """An object and the part it plays in a badge.

    A list with one value is that value, `null` is nothing, and `{"@value": …}` is what it holds: JSON-LD sees no
    difference.

    >>> Node("Assertion", "https://example.org/a", "", {"verify": [{"type": "hosted"}]}).one("verification").pointer
    '/verify/0'
    """

    role: str
    document: str
    """The address of the document that it stands in, or the name of the file that was given."""
    pointer: str
    value: Mapping[str, object]
    is_hosted: bool = False
    """Whether it is a whole document that was read at its own address."""

    def members(self, name: str) -> list[Member]:
        """Every value of a member, in order."""
        return list(self._each(name))

    def one(self, name: str) -> Member | None:
        """The value of a member that has at most one: the first."""
        return next(self._each(name), None)

    def of(self, name: str) -> object:
        """The same without its place; None where there is none."""
        member = self.one(name)
        return member.value if member else None

    def text(self, name: str) -> str | None:
        """A member that is a text; None of any other."""
        value = self.of(name)
        return value if isinstance(value, str) else None

    def at(self, name: str) -> str:
        """Where a member is, or would be."""
        member = self.one(name)
        return member.pointer if member else self._at(name)

    def parts(self, name: str, role: str) -> list["Node"]:
        """The objects among the values of a member."""
        values = [(each.pointer, each.value) for each in self.members(name)]
        return [Node(role, self.document, pointer, value) for pointer, value in values if isinstance(value, dict)]

    @property
    def id(self) -> str | None:
        """What the object is called."""
        return self.text("id")

    @property
    def types(self) -> list[str]:
        """What the object says that it is, by the words of Open Badges."""
        return [term(member.value) for member in self.members("type") if isinstance(member.value, str)]

    def flaw(self, name: str, words: str) -> Flaw:
        """What is wrong with a member; with the object itself if `name` is empty."""
        return Flaw(self.document, self.at(name) if name else self.pointer, words)

    def flaw_at(self, member: Member, words: str) -> Flaw:
        """What is wrong with one of several values."""
        return Flaw(self.document, member.pointer, words)

    def _each(self, name: str) -> Iterator[Member]:
        return (member for key in self._keys.get(name, ()) for member in _flat(self._at(key), self.value[key]))

    @cached_property
    def _keys(self) -> dict[str, list[str]]:
        """By each word of Open Badges the names that stand for it here."""
        found: dict[str, list[str]] = {}
        for key in self.value:
            found.setdefault(word(key), []).append(key)
        return found

    def _at(self, key: str) -> str:
        return below(self.pointer, key)


def below(pointer: str, key: str) -> str:
    """The place of a member. Below a place that takes a page to write down everything counts as being there.

    >>> below("/badge", "a/b"), below("/badge", "x" * 1000)
    ('/badge/a~1b', '/badge')
    """
    if len(pointer) + len(key) > LONGEST_POINTER:
        return pointer
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"


def _flat(pointer: str, value: object) -> Iterator[Member]:
    if isinstance(value, list):
        for place, each in enumerate(value):
            yield from _flat(below(pointer, str(place)), each)
    elif isinstance(value, dict) and "@value" in value:
        yield Member(below(pointer, "@value"), value["@value"])
    elif value is not None:
        yield Member(pointer, value)
