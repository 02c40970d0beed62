"""Follows a badge from document to document, as far as the answers go that are there. Pure: it asks nobody."""

from dataclasses import replace

from .badge import Badge, Chain, Form, Picture, Read, State
from .baking import Baking
from .documents import document, is_elsewhere
from .json_text import NotJson, parsed
from .jws import is_jws, read_jws
from .links import LINKS, images, parts
from .node import Member, Node
from .recognising import unbaked
from .values import is_web_address

MOST_COPIES = 100
"""No more are compared with their originals: nobody honest has as many."""


class Tracer:
    """One walk along a chain. `badge` is what it found, `wanted` the addresses that nobody has asked yet.

    `known` are the documents that an earlier walk has read: each is parsed once for each part that it plays.
    """

    def __init__(self, chain: Chain, known: dict[tuple[str, str], Read] | None = None) -> None:
        self.chain = chain
        self.badge = Badge(chain)
        self.wanted: list[str] = []
        self._known = {} if known is None else known
        self._reached: dict[tuple[str, str], Node | None] = {}
        self._followed: set[tuple[str, str, str]] = set()

    def trace(self) -> None:
        """Begin with what was presented."""
        presented = self.chain.presented
        if presented.form is Form.HOSTED:
            self._subject(self._document(presented.source, ""))
        elif presented.form is Form.IMAGE:
            self.badge.baking = unbaked(presented.content)
            self._carried(_text_of(self.badge.baking))
        else:
            self._carried(presented.content.decode("utf-8", errors="replace").strip())

    def _carried(self, text: str | None) -> None:
        """What came along: a signature, an address, or a copy that only tells where the original is."""
        self.badge.carried = text
        source = self.chain.presented.source
        if not text:
            return
        if is_web_address(text):
            self._subject(self._document(text, ""))
        elif is_jws(text):
            self.badge.jws = jws = read_jws(text)
            self._subject(Node("Assertion", source, "", jws.payload.value) if jws.payload else None)
        else:
            try:
                self._copy(Node("Copy", source, "", parsed(text).value))
            except NotJson as error:
                self.badge.carried_trouble = str(error)

    def _copy(self, copy: Node) -> None:
        if not is_web_address(copy.id):
            self._subject(replace(copy, role="Assertion"))
            return
        self.badge.nodes.append(copy)
        original = self._document(str(copy.id), "Assertion")
        if original:
            self.badge.copies.append((copy, original))
        self._subject(original)

    def _subject(self, node: Node | None) -> None:
        self.badge.subject = node
        if node:
            self._follow(node)

    def _follow(self, node: Node) -> None:
        """An object, its parts, and whatever it names: once, however many lead to it."""
        place = (node.document, node.pointer, node.role)
        if place in self._followed:
            return
        self._followed.add(place)
        self.badge.nodes.append(node)
        if node.role == "Revoked":
            return
        self.badge.nodes += parts(node)
        for image in images(node):
            self._picture(node, image)
        for name, role in LINKS.get(node.role, {}).items():
            for member in node.members(name):
                target = self._target(member, node, role)
                if target:
                    self._follow(target)
                    if role == "Endorsement":
                        self.badge.endorsed.append((target, node))

    def _target(self, member: Member, node: Node, role: str) -> Node | None:
        """The object that a member names or holds. What is held and has an address of its own is read there."""
        if isinstance(member.value, str):
            return self._document(member.value, role) if is_web_address(member.value) else None
        if not isinstance(member.value, dict):
            return None
        held = Node(role, node.document, member.pointer, member.value)
        if not is_web_address(held.id) or (role == "CryptographicKey" and held.text("publicKeyPem")):
            return held
        original = self._document(str(held.id), role)
        if original and len(held.value) > 1 and len(self.badge.copies) < MOST_COPIES:
            self.badge.copies.append((held, original))
        return original

    def _picture(self, owner: Node, member: Member) -> None:
        url = member.value
        if not isinstance(url, str):
            return
        if is_web_address(url) and url not in self.chain.answers:
            self.wanted.append(url)
        else:
            self.badge.pictures.append(Picture(owner, member.pointer, url, self.chain.answers.get(url)))

    def _document(self, url: str, role: str) -> Node | None:
        """What an address holds, told of once for each part that it plays."""
        if (url, role) not in self._reached:
            self._reached[url, role] = self._arrived(url, role)
        return self._reached[url, role]

    def _read(self, url: str, role: str) -> Read:
        read = self._known.get((url, role)) or document(self.chain.answers, url, role)
        if read.state is not State.WANTED:
            self._known[url, role] = read
        return read

    def _arrived(self, url: str, role: str, *, is_second: bool = False) -> Node | None:
        """What calls itself by another address is read once more, there."""
        read = self._read(url, role)
        if read.state is State.WANTED:
            self.wanted.append(url)
        if read.state is State.READ and read.node and is_elsewhere(read.node, url):
            stray = replace(read, state=State.STRAY, why=f"calls itself {read.node.id}")
            if is_second:
                self.badge.reads.append(stray)
                return None
            there = self._arrived(str(read.node.id), read.role, is_second=True)
            if there or self.badge.reads[-1].state in (State.WANTED, State.UNREACHABLE, State.GONE):
                self.badge.reads.append(replace(read, is_alias=True))
                return there
            self.badge.reads[-1] = stray
            return None
        self.badge.reads.append(read)
        return read.node


def _text_of(baking: Baking) -> str | None:
    """The first badge in an image; in an SVG what the element holds, or its attribute where it holds nothing."""
    for carried in baking.carried:
        return carried.text or carried.verify
    return None
