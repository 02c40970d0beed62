"""A badge as the rules see it: what was presented, and everything that was read from there on. Plain values, no I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from .baking import Baking
from .jws import Jws
from .node import Node
from .web import Answer


class Form(Enum):
    """How a badge was handed over."""

    HOSTED = auto()
    """By the address of one of its documents."""
    JSON = auto()
    IMAGE = auto()
    """Baked into a PNG or an SVG."""
    JWS = auto()
    NOTHING = auto()
    """Nothing that a badge could be."""


@dataclass(frozen=True)
class Presented:
    """What was handed over."""

    source: str
    """An address, or a file's name."""
    form: Form
    content: bytes = b""
    """The bytes, unless it is hosted."""


@dataclass(frozen=True)
class Chain:
    """All that there is to judge by."""

    presented: Presented
    answers: Mapping[str, Answer]
    """What each address answered that was asked."""
    now: datetime
    recipient: str | None = None
    """Whose badge it has to be, if anybody's."""


class State(Enum):
    """How reading a document ended."""

    READ = auto()
    WANTED = auto()
    """Nobody has asked for it yet."""
    UNREACHABLE = auto()
    MISSING = auto()
    GONE = auto()
    """An assertion's 410."""
    NOT_JSON = auto()
    STRAY = auto()
    """It calls itself by an address where it is not."""


@dataclass(frozen=True)
class Read:
    """A document that something in the badge names."""

    url: str
    role: str
    state: State
    why: str = ""
    """What happened, in words, unless it was read."""
    answer: Answer = None
    node: Node | None = None
    repeated: tuple[str, ...] = ()
    """Names of members that stand twice in one of its objects."""
    is_alias: bool = False
    """Whether it was read once more, at the address that it calls itself by."""


@dataclass(frozen=True)
class Picture:
    """An image that something in the badge names: at an address, or within a data URI."""

    owner: Node
    pointer: str
    url: str
    answer: Answer = None


@dataclass
class Badge:
    """What a chain turned out to be."""

    chain: Chain
    baking: Baking | None = None
    jws: Jws | None = None
    subject: Node | None = None
    """What the badge is about, an assertion mostly."""
    nodes: list[Node] = field(default_factory=list)
    """Every object, parts of documents included, by the part that it plays."""
    reads: list[Read] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    copies: list[tuple[Node, Node]] = field(default_factory=list)
    """Each embedded or baked copy, and the original that it is a copy of."""
    endorsed: list[tuple[Node, Node]] = field(default_factory=list)
    """Each endorsement, and the object that names it."""
    carried: str | None = None
    """The text that was given or was found in the image: an assertion, a signature or an address."""
    carried_trouble: str = ""
    """Why that text is none of these."""

    def of(self, *roles: str) -> Iterator[Node]:
        """The objects that play one of these parts."""
        return (node for node in self.nodes if node.role in roles)

    def first(self, role: str) -> Node | None:
        """The object that plays a part which there is but once."""
        return next(self.of(role), None)

    @property
    def is_hosted(self) -> bool:
        """Whether the assertion was read at its own address, rather than out of a signature or a file."""
        return self.jws is None and self.subject is not None and self.subject.is_hosted

    @property
    def is_signed(self) -> bool:
        """Whether the assertion came in a signature."""
        return self.jws is not None
