"""SVG files and the elements that badges are baked into."""

from dataclasses import replace
from xml.parsers import expat

from .baking import Baking, Carried

NAMESPACE = "http://openbadges.org"
PREFIX = "openbadges"


class _Refused(Exception):
    """The file declares entities, which may unfold into anything."""


class _Reader:
    """Follows the parser through the file. Names are read with their prefixes: files get the namespace wrong.

    What each prefix means is a stack for that prefix, so that no element costs more than what it declares itself.
    """

    def __init__(self) -> None:
        self.found: list[Carried] = []
        self.root = ""
        self._namespaces: dict[str, list[str]] = {}
        self._declared: list[tuple[str, ...]] = []
        self._elements = 0
        self._text: list[str] | None = None
        self._depth_of_text = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        declared = {key[6:]: value for key, value in attributes.items() if key.startswith("xmlns:")}
        self._declared.append(tuple(declared))
        for prefix, namespace in declared.items():
            self._namespaces.setdefault(prefix, []).append(namespace)
        self.root = self.root or name
        self._elements += 1
        prefix, colon, local = name.rpartition(":")
        meant = next(iter(self._namespaces.get(prefix, [])[-1:]), None)
        if colon and local == "assertion" and (prefix == PREFIX or meant == NAMESPACE):
            is_first = self._elements == len(self._declared) == 2
            self.found.append(Carried("", verify=attributes.get("verify"), namespace=meant, is_first=is_first))
            self._text, self._depth_of_text = [], len(self._declared)

    def end(self, _name: str) -> None:
        if self._text is not None and len(self._declared) == self._depth_of_text:
            self.found[-1] = replace(self.found[-1], text="".join(self._text).strip())
            self._text = None
        for prefix in self._declared.pop():
            self._namespaces[prefix].pop()

    def characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def entity(self, *_declared: object) -> None:
        raise _Refused("It declares entities of its own, which no reader need unfold.")


def read_svg(content: bytes) -> Baking:
    """What an SVG carries: the text of each element, and its attribute `verify`.

    >>> read_svg(b'<svg xmlns:openbadges="http://openbadges.org"><openbadges:assertion verify="a.b.c"/></svg>').carried
    (Carried(text='', chunk='', is_compressed=False, verify='a.b.c', namespace='http://openbadges.org', is_first=True),)
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.EntityDeclHandler = reader.entity
    try:
        parser.Parse(content, True)  # noqa: FBT003  # expat takes it by place only
    except _Refused as why:
        return Baking("svg", tuple(reader.found), str(why), is_unjudged=True)
    except (expat.ExpatError, LookupError, ValueError) as broken:  # the last two: unknown encodings
        return Baking("svg", tuple(reader.found), f"It is no XML that can be read: {str(broken).rstrip('.')}.")
    if reader.root.rpartition(":")[2] != "svg":
        return Baking("svg", tuple(reader.found), f"Its outermost element is {reader.root}, not svg.")
    return Baking("svg", tuple(reader.found))
